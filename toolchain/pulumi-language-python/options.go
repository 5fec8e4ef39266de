package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"flow-mcp/toolchain/languagehost"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// The values that `runtime.options` may have, as Pulumi's documentation lists them.
var (
	packageManagers = map[string]func(*toolchain.PythonOptions){
		"pip":    func(o *toolchain.PythonOptions) { o.Toolchain = toolchain.Pip },
		"poetry": func(o *toolchain.PythonOptions) { o.Toolchain = toolchain.Poetry },
		"uv":     func(o *toolchain.PythonOptions) { o.Toolchain = toolchain.Uv },
	}
	typeCheckers = map[string]func(*toolchain.PythonOptions){
		"mypy":    func(o *toolchain.PythonOptions) { o.Typechecker = toolchain.TypeCheckerMypy },
		"pyright": func(o *toolchain.PythonOptions) { o.Typechecker = toolchain.TypeCheckerPyright },
	}
)

// python is the interpreter that a project, plugin or policy pack asks for.
type python struct {
	options   toolchain.PythonOptions
	toolchain toolchain.Toolchain
}

// newPython reads `runtime.options` of the file that describes the program.
func newPython(info *pulumirpc.ProgramInfo) (*python, error) {
	options, err := parseOptions(info)
	if err != nil {
		return nil, err
	}
	resolved, err := toolchain.ResolveToolchain(options)
	if err != nil {
		return nil, err
	}
	return &python{options: options, toolchain: resolved}, nil
}

func parseOptions(info *pulumirpc.ProgramInfo) (toolchain.PythonOptions, error) {
	options := toolchain.PythonOptions{Root: info.RootDirectory, ProgramDir: info.ProgramDirectory}
	for key, raw := range info.Options.AsMap() {
		value, ok := raw.(string)
		if !ok {
			return options, fmt.Errorf("runtime option %q must be a string, not %v", key, raw)
		}
		var err error
		switch key {
		case "virtualenv":
			options.Virtualenv = value
		case "toolchain":
			err = choose(key, value, packageManagers, &options)
		case "typechecker":
			err = choose(key, value, typeCheckers, &options)
		default:
			err = fmt.Errorf("unknown runtime option %q (known: virtualenv, toolchain, typechecker)", key)
		}
		if err != nil {
			return options, err
		}
	}
	return options, nil
}

func choose(
	key, value string, known map[string]func(*toolchain.PythonOptions), options *toolchain.PythonOptions,
) error {
	set, ok := known[value]
	if !ok {
		names := slices.Sorted(maps.Keys(known))
		return fmt.Errorf("runtime option %s is %q (known: %s)", key, value, strings.Join(names, ", "))
	}
	set(options)
	return nil
}

// command prepares `python -u <args>` with env, in the project's virtual environment; it ends with ctx.
func (p *python) command(ctx context.Context, env []string, args ...string) (*exec.Cmd, error) {
	if err := p.toolchain.ValidateVenv(ctx); err != nil {
		return nil, err
	}
	command, err := p.toolchain.Command(ctx, append([]string{"-u"}, args...)...)
	if err != nil {
		return nil, err
	}
	virtualenv, err := p.toolchain.VirtualEnvPath(ctx)
	if err != nil {
		return nil, err
	}
	if virtualenv != "" {
		env = toolchain.ActivateVirtualEnv(env, virtualenv)
	}
	command.Env = env
	languagehost.EndGently(command)
	return command, nil
}

// ask has the interpreter evaluate an expression of `sys`, in the program's directory.
func (p *python) ask(ctx context.Context, expression string, answer any) error {
	command, err := p.command(ctx, os.Environ(), "-c", "import json, sys; print(json.dumps("+expression+"))")
	if err != nil {
		return err
	}
	command.Dir = p.options.ProgramDir
	output, err := command.Output()
	if err != nil {
		return fmt.Errorf("ask %s for %s: %w", command.Path, expression, err)
	}
	if err := json.Unmarshal(output, answer); err != nil {
		return fmt.Errorf("read the answer of %s for %s: %w", command.Path, expression, err)
	}
	return nil
}
