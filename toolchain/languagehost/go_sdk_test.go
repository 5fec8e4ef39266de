package languagehost

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// Pulumi's host for Go is not published as a Go module, so no program in Go runs in this project's tests. The
// compiler checks the types of the SDK that Pulumi's generator writes, and of a program that uses it.
const goProgram = `package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	flowmcp "example.com/sdk/flow-mcp"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		acme, err := flowmcp.NewMcpServerSettings(ctx, "acme", &flowmcp.McpServerSettingsArgs{
			Instance: flowmcp.InstanceArgs{Server: pulumi.String("https://app.profitbase.biz/flow")},
			Tenant: flowmcp.TenantArgs{
				Id: pulumi.String("acme"),
				Workspaces: flowmcp.WorkspaceMap{
					"456": flowmcp.WorkspaceArgs{Environments: pulumi.ToStringArray([]string{"production"})},
				},
				AuthorizationServer: flowmcp.AuthorizationServerChoiceArgs{
					Keycloak: flowmcp.KeycloakArgs{
						Url:   pulumi.String("https://id.acme.example"),
						Realm: flowmcp.RealmArgs{Name: pulumi.String("acme"), Create: pulumi.Bool(true)},
					},
				},
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("authority", acme.Authority)
		return nil
	})
}
`

func TestTheSDKInGoHasItsTypes(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "schemas", "pulumi-package.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	spec.Language["go"] = schema.RawMessage(`{"importBasePath": "example.com/sdk/flow-mcp", "respectSchemaVersion": true}`)
	// The schema refers to no other package.
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewCachedLoader(nil), schema.ValidationOptions{})
	if err != nil || diagnostics.HasErrors() {
		t.Fatal(err, diagnostics)
	}
	files, err := golang.GeneratePackage("tests", pkg, nil)
	if err != nil {
		t.Fatal(err)
	}

	// The versions of this module: nothing more is downloaded or compiled.
	directory := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = regexp.MustCompile(`(?m)^module .*$`).ReplaceAll(content, []byte("module example.com/sdk"))
	}
	files["program/main.go"] = []byte(goProgram)
	for name, content := range files {
		file := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("go", "build", "-trimpath", "-gcflags=all=-dwarf=false", "./...")
	command.Dir = directory
	command.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off")
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}
