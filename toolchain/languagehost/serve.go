// Package languagehost is what this module's language hosts share: their server, their processes, their SDKs.
package languagehost

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// How often to look whether the engine still lives; an orphaned host ends after at most this long.
const engineHealthInterval = time.Minute

// Main runs a language host until the engine lets go of it; the engine's address is the first argument.
// newHost gets that address, which is empty where an engine attaches to a running host.
func Main(name string, newHost func(engine string) pulumirpc.LanguageRuntimeServer) {
	flag.String("tracing", "", "accepted for the engine's sake; this host sends no traces")
	flag.Parse()
	logging.InitLogging(false, 0, false)

	if err := serve(flag.Arg(0), newHost); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// serve answers the engine on a free port of 127.0.0.1, which it prints, until interrupted or left alone.
func serve(engine string, newHost func(engine string) pulumirpc.LanguageRuntimeServer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if engine != "" {
		if err := rpcutil.Healthcheck(ctx, engine, engineHealthInterval, stop); err != nil {
			return fmt.Errorf("reach the engine at %s: %w", engine, err)
		}
	}

	cancel := make(chan bool)
	go func() {
		<-ctx.Done()
		close(cancel)
	}()
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, newHost(engine))
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}
