package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"flow-mcp/toolchain/languagehost"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

const (
	// The script of Pulumi's Python SDK that connects a program to the engine.
	executor = "pulumi-language-python-exec"
	// The executor's exit status for "failed, and the user was told why".
	exitReported = 32
)

// Run runs a stack's program to its end.
func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if req.AttachDebugger {
		return nil, errors.New("this Python language host cannot attach a debugger; use Pulumi's own")
	}
	python, err := newPython(req.Info)
	if err != nil {
		return nil, err
	}
	if problem, err := python.typeCheck(ctx); err != nil || problem != "" {
		return &pulumirpc.RunResponse{Error: problem}, err
	}
	script, err := findExecutor()
	if err != nil {
		return nil, err
	}
	environment, err := languagehost.ConfigEnvironment(req.Config, req.ConfigSecretKeys)
	if err != nil {
		return nil, err
	}

	command, err := python.command(ctx, append(os.Environ(), environment...),
		append([]string{script}, executorArguments(h.engine, req)...)...)
	if err != nil {
		return nil, err
	}
	// The engine shows what its language host prints.
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	code, err := languagehost.ExitCode(command.Run())
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", command.Path, err)
	}
	switch code {
	case 0:
		return &pulumirpc.RunResponse{}, nil
	case exitReported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("Program exited with non-zero exit code: %d", code)}, nil
	}
}

func executorArguments(engine string, req *pulumirpc.RunRequest) []string {
	arguments := []string{
		"--monitor", req.MonitorAddress,
		"--engine", engine,
		"--project", req.Project,
		"--stack", req.Stack,
		"--organization", req.Organization,
		"--root_directory", req.Info.RootDirectory,
		"--pwd", req.Pwd,
		"--dry_run", strconv.FormatBool(req.DryRun),
		"--parallel", strconv.Itoa(int(req.Parallel)),
		filepath.Join(req.Info.ProgramDirectory, req.Info.EntryPoint),
	}
	return append(arguments, req.Args...)
}

// findExecutor prefers the script that was installed with this host.
func findExecutor() (string, error) {
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), executor)
		if _, err := os.Stat(beside); err == nil {
			return beside, nil
		}
	}
	path, err := exec.LookPath(executor)
	if err != nil {
		return "", fmt.Errorf("%s is neither beside pulumi-language-python nor on PATH: %w", executor, err)
	}
	return path, nil
}

// typeCheck runs the type checker that the project asks for; a non-empty text is what it found.
func (p *python) typeCheck(ctx context.Context) (string, error) {
	if p.options.Typechecker == toolchain.TypeCheckerNone {
		return "", nil
	}
	module := strings.ToLower(toolchain.TypeCheckerName(p.options.Typechecker))
	command, err := p.toolchain.ModuleCommand(ctx, module, p.options.ProgramDir)
	if err != nil {
		return "", err
	}
	output, err := command.CombinedOutput()
	code, err := languagehost.ExitCode(err)
	if err != nil {
		return "", fmt.Errorf("run %s: %w", module, err)
	}
	if code != 0 {
		return fmt.Sprintf("%s refused the program:\n%s", module, output), nil
	}
	return "", nil
}
