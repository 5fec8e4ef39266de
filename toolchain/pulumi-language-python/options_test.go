package main

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
	"google.golang.org/protobuf/types/known/structpb"
)

func parse(t *testing.T, options map[string]any) (toolchain.PythonOptions, error) {
	t.Helper()
	encoded, err := structpb.NewStruct(options)
	if err != nil {
		t.Fatal(err)
	}
	return parseOptions(&pulumirpc.ProgramInfo{
		RootDirectory: "/project", ProgramDirectory: "/project/stacks", Options: encoded,
	})
}

func TestRuntimeOptionsAreRead(t *testing.T) {
	got, err := parse(t, map[string]any{"virtualenv": ".venv", "toolchain": "pip", "typechecker": "mypy"})
	want := toolchain.PythonOptions{
		Root: "/project", ProgramDir: "/project/stacks", Virtualenv: ".venv",
		Toolchain: toolchain.Pip, Typechecker: toolchain.TypeCheckerMypy,
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestWrongRuntimeOptionsAreNamed(t *testing.T) {
	for name, test := range map[string]struct {
		options map[string]any
		want    string
	}{
		"unknown value": {
			map[string]any{"toolchain": "conda"}, `runtime option toolchain is "conda" (known: pip, poetry, uv)`,
		},
		"unknown option": {
			map[string]any{"virtual-env": "x"},
			`unknown runtime option "virtual-env" (known: virtualenv, toolchain, typechecker)`,
		},
		"wrong type": {
			map[string]any{"virtualenv": true}, `runtime option "virtualenv" must be a string, not true`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parse(t, test.options); err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
