package main

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// host implements Pulumi's LanguageRuntime service; methods that it lacks answer "unimplemented".
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	// engine is the address that programs report to.
	engine string
}

// Handshake tells an engine's address to a host that was started without one.
func (h *host) Handshake(
	_ context.Context, req *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.engine = req.EngineAddress
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetPluginInfo names no version: the host comes with the engine that starts it.
func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{}, nil
}

// Cancel has nothing to do: every call ends its process when the engine gives the call up.
func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// About names the interpreter. The engine asks before each operation, so that only the interpreter itself is
// asked: the toolchain's own answer starts the package manager too.
func (h *host) About(ctx context.Context, req *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	python, err := newPython(req.Info)
	if err != nil {
		return nil, err
	}
	var about [2]string
	if err := python.ask(ctx, "[sys.executable, '.'.join(map(str, sys.version_info[:3]))]", &about); err != nil {
		return nil, err
	}
	return &pulumirpc.AboutResponse{Executable: about[0], Version: about[1]}, nil
}

// GetProgramDependencies lists the installed Python packages, for `pulumi about` and `pulumi stack`.
func (h *host) GetProgramDependencies(
	ctx context.Context, req *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	python, err := newPython(req.Info)
	if err != nil {
		return nil, err
	}
	packages, err := python.toolchain.ListPackages(ctx, req.TransitiveDependencies)
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, found := range packages {
		response.Dependencies = append(response.Dependencies,
			&pulumirpc.DependencyInfo{Name: found.Name, Version: found.Version})
	}
	return response, nil
}

// InstallDependencies makes the virtual environment and installs into it, for `pulumi install`.
func (h *host) InstallDependencies(
	req *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	python, err := newPython(req.Info)
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, req.IsTerminal)
	if err != nil {
		return err
	}
	defer closer.Close()
	if err := python.toolchain.InstallDependencies(server.Context(), req.Info.ProgramDirectory,
		req.UseLanguageVersionTools, true, stdout, stderr); err != nil {
		return err
	}
	return closer.Close()
}
