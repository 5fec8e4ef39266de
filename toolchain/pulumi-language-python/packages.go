package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
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
	directories, err := python.searchPath(ctx)
	if err != nil {
		return nil, err
	}
	packages, err := requiredPackages(directories)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.GetRequiredPackagesResponse{Packages: packages}, nil
}

// searchPath asks the interpreter where it imports from.
func (p *python) searchPath(ctx context.Context) ([]string, error) {
	command, err := p.command(ctx, os.Environ(), "-c", "import json, sys; print(json.dumps(sys.path))")
	if err != nil {
		return nil, err
	}
	command.Dir = p.options.ProgramDir
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("ask %s for sys.path: %w", command.Path, err)
	}
	var directories []string
	if err := json.Unmarshal(output, &directories); err != nil {
		return nil, fmt.Errorf("read sys.path of %s: %w", command.Path, err)
	}
	return directories, nil
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
