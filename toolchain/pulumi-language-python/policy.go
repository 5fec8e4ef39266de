package main

import (
	"context"
	"io"
	"slices"
	"strconv"

	"flow-mcp/toolchain/languagehost"

	sdk "github.com/pulumi/pulumi/sdk/v3"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// runPolicyPack runs a policy pack behind Pulumi's proxy: the Python SDK reads the stack's names and
// configuration from its environment, while the engine sends them over the connection once that is up.
func runPolicyPack(
	ctx context.Context, python *python, req *pulumirpc.RunPluginRequest, stdout, stderr io.Writer,
) error {
	proxy, packStdout, err := sdk.NewPolicyProxy(ctx, stdout)
	if err != nil {
		return err
	}
	stack, err := proxy.AwaitConfiguration(ctx)
	if err != nil {
		return err
	}
	environment, err := policyEnvironment(stack)
	if err != nil {
		return err
	}

	arguments := slices.Concat([]string{"-m", "pulumi.policy"}, req.Args, []string{req.Info.ProgramDirectory})
	command, err := python.command(ctx, append(req.Env, environment...), arguments...)
	if err != nil {
		return err
	}
	command.Dir, command.Stdout, command.Stderr = req.Info.ProgramDirectory, packStdout, stderr
	if err := command.Start(); err != nil {
		return err
	}
	return proxy.Attach(ctx, command)
}

// policyEnvironment is empty where there is no stack, as when a pack is only described.
func policyEnvironment(stack *pulumirpc.AnalyzerStackConfigureRequest) ([]string, error) {
	if stack == nil {
		return nil, nil
	}
	environment, err := languagehost.ConfigEnvironment(stack.Config, stack.ConfigSecretKeys)
	if err != nil {
		return nil, err
	}
	return append(environment,
		"PULUMI_ORGANIZATION="+stack.Organization,
		"PULUMI_PROJECT="+stack.Project,
		"PULUMI_STACK="+stack.Stack,
		"PULUMI_DRY_RUN="+strconv.FormatBool(stack.DryRun),
	), nil
}
