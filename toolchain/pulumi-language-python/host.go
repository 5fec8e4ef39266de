package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
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

// InstallDependencies makes the virtual environment and installs into it, for `pulumi install`. Where there is
// nothing to install it leaves the environment alone: the toolchain would update pip first, from the internet.
func (h *host) InstallDependencies(
	req *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	python, err := newPython(req.Info)
	if err != nil {
		return err
	}
	if nothing, err := python.nothingToInstall(server.Context(), req.Info.ProgramDirectory); err != nil || nothing {
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

// nothingToInstall reports whether pip's environment exists and the directory lists no requirements.
func (p *python) nothingToInstall(ctx context.Context, directory string) (bool, error) {
	virtualenv, err := p.toolchain.VirtualEnvPath(ctx)
	if err != nil || p.options.Toolchain != toolchain.Pip || !toolchain.IsVirtualEnv(virtualenv) {
		return false, err
	}
	_, err = os.Stat(filepath.Join(directory, "requirements.txt"))
	return os.IsNotExist(err), nil
}
