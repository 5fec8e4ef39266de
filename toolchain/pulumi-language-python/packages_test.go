package main

import (
	"os"
	"path/filepath"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/proto"
)

func TestInstalledSDKsNameTheirPlugins(t *testing.T) {
	site := t.TempDir()
	for name, declared := range map[string]string{
		"pulumi_keycloak": `{"resource": true, "name": "keycloak", "version": "6.14.1"}`,
		"pulumi_plain":    `{"resource": true, "server": "https://plugins.example"}`,
		"pulumi_policy":   `{"resource": false}`,
	} {
		if err := os.Mkdir(filepath.Join(site, name), 0o755); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(site, name, "pulumi-plugin.json")
		if err := os.WriteFile(file, []byte(declared), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	got, err := requiredPackages([]string{site, filepath.Join(site, "nowhere")})
	if err != nil {
		t.Fatal(err)
	}
	want := []*pulumirpc.PackageDependency{
		{Name: "keycloak", Kind: "resource", Version: "6.14.1"},
		{Name: "plain", Kind: "resource", Server: "https://plugins.example"},
	}
	if len(got) != len(want) || !proto.Equal(got[0], want[0]) || !proto.Equal(got[1], want[1]) {
		t.Errorf("got %v, want %v", got, want)
	}
}
