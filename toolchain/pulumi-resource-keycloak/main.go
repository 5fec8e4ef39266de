// Command pulumi-resource-keycloak is the Keycloak provider for Pulumi, built from ordinary Go modules.
//
// It is Keycloak's own Terraform provider behind Pulumi's bridge, under the tokens of the official
// pulumi-keycloak SDK, so that a program is the same on the official plugin. The newest Terraform provider
// that can be had as a Go module (4.5.0) is older than the one inside the official plugin; the resources
// that it lacks and this project uses are in this directory.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
)

func main() {
	tfbridge.Main("keycloak", version, providerInfo(), nil)
}
