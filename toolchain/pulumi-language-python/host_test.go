package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

func TestAboutAsksTheInterpreterOnceAndNoPackageManager(t *testing.T) {
	project := t.TempDir()
	bin := filepath.Join(project, "venv", "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho \"$@\" >> asked\necho '[\"/venv/bin/python\", \"3.11.7\"]'\n"
	if err := os.WriteFile(filepath.Join(bin, "python"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	options, err := structpb.NewStruct(map[string]any{"virtualenv": "venv"})
	if err != nil {
		t.Fatal(err)
	}
	info := &pulumirpc.ProgramInfo{RootDirectory: project, ProgramDirectory: project, Options: options}

	got, err := (&host{}).About(t.Context(), &pulumirpc.AboutRequest{Info: info})
	if err != nil {
		t.Fatal(err)
	}
	if want := (&pulumirpc.AboutResponse{Executable: "/venv/bin/python", Version: "3.11.7"}); !proto.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	asked, err := os.ReadFile(filepath.Join(project, "asked"))
	if err != nil {
		t.Fatal(err)
	}
	if calls := strings.Count(string(asked), "\n"); calls != 1 {
		t.Errorf("the interpreter was started %d times:\n%s", calls, asked)
	}
}

func TestAnEnvironmentIsLeftAloneWhereThereIsNothingToInstall(t *testing.T) {
	project := t.TempDir()
	bin := filepath.Join(project, "venv", "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	options, err := structpb.NewStruct(map[string]any{"virtualenv": "venv", "toolchain": "pip"})
	if err != nil {
		t.Fatal(err)
	}
	python, err := newPython(&pulumirpc.ProgramInfo{
		RootDirectory: project, ProgramDirectory: project, Options: options,
	})
	if err != nil {
		t.Fatal(err)
	}
	expect := func(want bool) {
		t.Helper()
		if got, err := python.nothingToInstall(t.Context(), project); err != nil || got != want {
			t.Errorf("got %v, %v; want %v", got, err, want)
		}
	}
	write := func(name string) {
		t.Helper()
		if err := os.WriteFile(name, nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}

	expect(false) // there is no environment
	write(filepath.Join(bin, "python"))
	expect(true)
	write(filepath.Join(project, "requirements.txt"))
	expect(false)
}
