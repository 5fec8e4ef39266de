package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"

	"flow-mcp/toolchain/languagehost"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin runs a plugin written in Python (a provider, or a policy pack) until it ends or the engine lets go.
func (h *host) RunPlugin(req *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer) error {
	if req.AttachDebugger {
		return errors.New("this Python language host cannot attach a debugger; use Pulumi's own")
	}
	python, err := newPython(req.Info)
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()

	run := runProvider
	if req.Kind == string(apitype.AnalyzerPlugin) {
		run = runPolicyPack
	}
	code, err := languagehost.ExitCode(run(server.Context(), python, req, stdout, stderr))
	if err != nil {
		return err
	}
	return server.Send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)},
	})
}

// runProvider runs the plugin's directory (its __main__.py), which prints its port and serves by itself.
func runProvider(
	ctx context.Context, python *python, req *pulumirpc.RunPluginRequest, stdout, stderr io.Writer,
) error {
	program := filepath.Join(req.Info.ProgramDirectory, req.Info.EntryPoint)
	command, err := python.command(ctx, req.Env, append([]string{program}, req.Args...)...)
	if err != nil {
		return err
	}
	command.Dir, command.Stdout, command.Stderr = req.Pwd, stdout, stderr
	return command.Run()
}
