// Command pulumi-language-python runs Python programs, policy packs and plugins for the Pulumi engine.
//
// Pulumi's own host is not published as a Go module, so where nothing can be downloaded this one takes its
// place. It does what running needs; generating SDKs and converting programs answer "unimplemented".
package main

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

func main() {
	flag.String("tracing", "", "accepted for the engine's sake; this host sends no traces")
	flag.Parse()
	logging.InitLogging(false, 0, false)

	if err := serve(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-python:", err)
		os.Exit(1)
	}
}

// serve answers the engine on a free port of 127.0.0.1, which it prints, until interrupted or left alone.
// An empty engine address is allowed: an engine that attaches to a running host says it in the handshake.
func serve(engine string) error {
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
			pulumirpc.RegisterLanguageRuntimeServer(server, &host{engine: engine})
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}
