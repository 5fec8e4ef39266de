package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"flow-mcp/toolchain/languagehost"

	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GeneratePackage writes the TypeScript SDK of a package.
func (h *host) GeneratePackage(
	ctx context.Context, req *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	return languagehost.GeneratePackage(ctx, req, func(
		pkg *schema.Package, req *pulumirpc.GeneratePackageRequest, loader schema.ReferenceLoader,
	) (map[string][]byte, error) {
		return nodejs.GeneratePackage(
			"pulumi-language-nodejs", pkg, req.ExtraFiles, req.LocalDependencies, req.Local, loader)
	})
}

// Link adds generated SDKs to the project's package.json.
func (h *host) Link(ctx context.Context, req *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	manager, err := packageManager(req.Info)
	if err != nil {
		return nil, err
	}
	var imports []string
	for _, linked := range req.Packages {
		name := "@pulumi/" + linked.Package.Name
		if err := manager.Link(ctx, req.Info.RootDirectory, name, linked.Path); err != nil {
			return nil, err
		}
		imports = append(imports, fmt.Sprintf("import * as %s from %q;", camelCase(linked.Package.Name), name))
	}
	return &pulumirpc.LinkResponse{
		ImportInstructions: "Import the SDK in the program:\n\n  " + strings.Join(imports, "\n  ") + "\n",
	}, nil
}

// InstallDependencies installs what package.json lists, for `pulumi install`.
func (h *host) InstallDependencies(
	req *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, req.IsTerminal)
	if err != nil {
		return err
	}
	defer closer.Close()
	if err := install(server.Context(), req, stdout, stderr); err != nil {
		return err
	}
	return closer.Close()
}

func install(ctx context.Context, req *pulumirpc.InstallDependenciesRequest, stdout, stderr io.Writer) error {
	manager, err := packageManager(req.Info)
	if err != nil {
		return err
	}
	return manager.Install(ctx, req.Info.RootDirectory, req.IsPlugin, stdout, stderr)
}

// packageManager is the one of the option `packagemanager`, else the one whose lock file the project has, else npm.
func packageManager(info *pulumirpc.ProgramInfo) (npm.PackageManager, error) {
	choice := info.Options.GetFields()["packagemanager"].GetStringValue()
	return npm.ResolvePackageManager(npm.PackageManagerType(choice), info.RootDirectory)
}

func camelCase(name string) string {
	first, rest, ok := strings.Cut(name, "-")
	if !ok || rest == "" {
		return first
	}
	return first + strings.ToUpper(rest[:1]) + camelCase(rest[1:])
}
