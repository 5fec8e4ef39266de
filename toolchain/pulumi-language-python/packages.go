package main

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GetRequiredPackages names no provider plugin. The engine would look for all that are named before it runs the
// program, and download those that are missing: the plugins of all installed SDKs, of which a program may use
// none. Without the list, the engine finds or downloads a plugin when the first resource needs it.
func (h *host) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}
