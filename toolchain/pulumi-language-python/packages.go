package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GetRequiredPackages lists the provider plugins that the installed SDKs ask for. The engine downloads those
// that are neither on PATH nor installed.
func (h *host) GetRequiredPackages(
	ctx context.Context, req *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	python, err := newPython(req.Info)
	if err != nil {
		return nil, err
	}
	var directories []string
	if err := python.ask(ctx, "sys.path", &directories); err != nil {
		return nil, err
	}
	packages, err := requiredPackages(directories)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.GetRequiredPackagesResponse{Packages: packages}, nil
}

// requiredPackages reads the pulumi-plugin.json that every Pulumi SDK carries in its package.
func requiredPackages(directories []string) ([]*pulumirpc.PackageDependency, error) {
	var packages []*pulumirpc.PackageDependency
	for _, directory := range directories {
		files, err := filepath.Glob(filepath.Join(directory, "*", "pulumi-plugin.json"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			declared, err := plugin.LoadPulumiPluginJSON(file)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", file, err)
			}
			if !declared.Resource {
				continue
			}
			packages = append(packages, packageDependency(file, declared))
		}
	}
	return packages, nil
}

func packageDependency(file string, declared *plugin.PulumiPluginJSON) *pulumirpc.PackageDependency {
	name := declared.Name
	if name == "" {
		name = strings.TrimPrefix(filepath.Base(filepath.Dir(file)), "pulumi_")
	}
	dependency := &pulumirpc.PackageDependency{
		Name:    name,
		Kind:    string(apitype.ResourcePlugin),
		Version: declared.Version,
		Server:  declared.Server,
	}
	if p := declared.Parameterization; p != nil {
		dependency.Parameterization = &pulumirpc.PackageParameterization{
			Name: p.Name, Version: p.Version, Value: p.Value,
		}
	}
	return dependency
}
