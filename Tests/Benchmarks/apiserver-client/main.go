// Asks a webhook, or several replicas of one, as a kube-apiserver does (Tests/Harness/apiserver), and checks every answer.
//
//	apiserver-client [flags] HOST:PORT...
//
// Prints what became of the reviews as JSON. Exit code 1 when any failed or was wrong.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	harness "agentrun-admission/tests/Harness"
	"agentrun-admission/tests/Harness/apiserver"
)

func main() {
	var o apiserver.Options
	flag.IntVar(&o.Workers, "workers", 8, "reviews under way at once")
	flag.Float64Var(&o.Rate, "rate", 0, "reviews a second in all; 0 for as many as are answered")
	flag.DurationVar(&o.Duration, "duration", 10*time.Second, "how long to ask; SIGINT and SIGTERM end it, too")
	flag.DurationVar(&o.Timeout, "timeout", 10*time.Second, "timeoutSeconds of the webhook configuration")
	flag.DurationVar(&o.Readiness, "readiness", time.Second, "between two looks at a replica's readiness")
	flag.BoolVar(&o.HTTP2, "http2", false, "HTTP/2, as for a webhook named by a loopback URL")
	flag.StringVar(&o.CA, "ca", "", "authorities (PEM) of the certificate, read anew for every connection; without it any will do")
	flag.BoolVar(&o.Fresh, "fresh", false, "a connection of its own for every review")
	flag.BoolVar(&o.Real, "real", false, "create runs for good, each on a branch of its own, in place of dry runs")
	flag.StringVar(&o.Name, "name", "localhost", "name the certificate has to have")
	flag.DurationVar(&o.Vanish, "vanish", 0, "how often a client vanishes in the middle of a body; 0 for never")
	flag.IntVar(&o.Errors, "errors", 5, "errors to print")
	mayFail := flag.Bool("may-fail", false, "exit with 0 whatever became of the reviews")
	flag.Parse()
	if flag.NArg() == 0 || o.Workers < 1 || o.Timeout < time.Second {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	result, err := apiserver.Run(ctx, o, flag.Args()...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "apiserver-client:", err)
		os.Exit(2)
	}
	harness.Print(result)
	if !*mayFail && !result.IsGood() {
		os.Exit(1)
	}
}
