// Command pulumi-language-python runs Python programs, policy packs and plugins for the Pulumi engine, and
// generates SDKs in Python.
//
// Pulumi's own host is not published as a Go module, so where nothing can be downloaded this one takes its
// place. Converting programs answers "unimplemented".
package main

import (
	"flow-mcp/toolchain/languagehost"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func main() {
	languagehost.Main("pulumi-language-python", func(engine string) pulumirpc.LanguageRuntimeServer {
		return &host{engine: engine}
	})
}
