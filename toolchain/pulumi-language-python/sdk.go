package main

import (
	"context"
	"fmt"
	"strings"

	"flow-mcp/toolchain/languagehost"

	codegen "github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GeneratePackage writes the Python SDK of a package.
func (h *host) GeneratePackage(
	ctx context.Context, req *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	return languagehost.GeneratePackage(ctx, req, func(
		pkg *schema.Package, req *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader,
	) (map[string][]byte, error) {
		return codegen.GeneratePackage("pulumi-language-python", pkg, req.ExtraFiles, loader)
	})
}

// Link adds generated SDKs to the project's requirements.
func (h *host) Link(ctx context.Context, req *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	interpreter, err := newPython(req.Info)
	if err != nil {
		return nil, err
	}
	paths := map[string]string{}
	var imports []string
	for _, linked := range req.Packages {
		name := codegen.PyPack("", linked.Package.Name)
		paths[name] = linked.Path
		imports = append(imports, fmt.Sprintf("import %s", name))
	}
	if err := interpreter.toolchain.LinkPackages(ctx, paths); err != nil {
		return nil, err
	}
	return &pulumirpc.LinkResponse{
		ImportInstructions: "Import the SDK in the program:\n\n  " + strings.Join(imports, "\n  ") + "\n",
	}, nil
}
