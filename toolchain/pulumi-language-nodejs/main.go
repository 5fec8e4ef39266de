// Command pulumi-language-nodejs runs TypeScript and JavaScript programs for the Pulumi engine, and generates
// SDKs in TypeScript.
//
// Pulumi's own host is not published as a Go module, so where nothing can be downloaded this one takes its
// place. It runs programs; plugins, policy packs and converting programs answer "unimplemented".
package main

import (
	"context"

	"flow-mcp/toolchain/languagehost"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

func main() {
	languagehost.Main("pulumi-language-nodejs", func(engine string) pulumirpc.LanguageRuntimeServer {
		return &host{engine: engine}
	})
}

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

// GetRequiredPackages names no provider plugin; the engine finds one when the first resource needs it.
func (h *host) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// Cancel has nothing to do: every call ends its process when the engine gives the call up.
func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}
