package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"flow-mcp/toolchain/languagehost"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const (
	// The script of Pulumi's Node SDK, in the program's node_modules, that connects a program to the engine.
	runner = "@pulumi/pulumi/cmd/run"
	// The script's exit status for "failed, and the user was told why".
	exitReported = 32
)

// Run runs a stack's program to its end.
func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if req.AttachDebugger {
		return nil, errors.New("this Node.js language host cannot attach a debugger; use Pulumi's own")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("find Node.js: %w", err)
	}
	script, err := findRunner(ctx, node, req.Info.ProgramDirectory)
	if err != nil {
		return nil, err
	}
	environment, err := languagehost.ConfigEnvironment(req.Config, req.ConfigSecretKeys)
	if err != nil {
		return nil, err
	}

	command := exec.CommandContext(ctx, node, append([]string{script}, runnerArguments(h.engine, req)...)...)
	command.Dir = req.Pwd
	command.Env = append(append(os.Environ(), environment...), "PULUMI_NODEJS_TYPESCRIPT=true")
	// The engine shows what its language host prints.
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	languagehost.EndGently(command)
	code, err := languagehost.ExitCode(command.Run())
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", node, err)
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

func runnerArguments(engine string, req *pulumirpc.RunRequest) []string {
	arguments := []string{
		"--monitor=" + req.MonitorAddress,
		"--engine=" + engine,
		"--organization=" + req.Organization,
		"--project=" + req.Project,
		"--root-directory=" + req.Info.RootDirectory,
		"--stack=" + req.Stack,
		"--pwd=" + req.Pwd,
		"--parallel=" + strconv.Itoa(int(req.Parallel)),
	}
	if req.DryRun {
		arguments = append(arguments, "--dry-run")
	}
	return append(append(arguments, req.Info.EntryPoint), req.Args...)
}

// findRunner has Node.js resolve the script as an import of the program would be.
func findRunner(ctx context.Context, node, directory string) (string, error) {
	command := exec.CommandContext(ctx, node, "--print", fmt.Sprintf("require.resolve(%q)", runner))
	command.Dir = directory
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s has no @pulumi/pulumi; run `pulumi install` there: %w", directory, err)
	}
	return strings.TrimSpace(string(output)), nil
}
