// Asks a webhook, or several replicas of one, as a kube-apiserver does, and checks every answer.
//
//	apiserver-client [flags] HOST:PORT...
//
// The replicas are one service: their readiness is polled, and a new connection goes to any that is ready. Connections are
// kept, and reviews sent over them as admission webhooks are called: HTTP/1.1 by default, a time-out in the query, tried
// again once a second after 503 with Retry-After, and not tried again after anything else. A review is a failure if its
// caller would have got an error, and wrong if uid or verdict are not those that were to come.
//
// Prints what became of the reviews as JSON. Exit code 1 when any failed or was wrong.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

type options struct {
	workers   int
	rate      float64
	duration  time.Duration
	timeout   time.Duration
	readiness time.Duration
	http2     bool
	ca        string
	name      string
	vanishing time.Duration
	errors    int
	mayFail   bool
	real      bool
	fresh     bool
}

func main() {
	var o options
	flag.IntVar(&o.workers, "workers", 8, "reviews under way at once")
	flag.Float64Var(&o.rate, "rate", 0, "reviews a second in all; 0 for as many as are answered")
	flag.DurationVar(&o.duration, "duration", 10*time.Second, "how long to ask; SIGINT and SIGTERM end it, too")
	flag.DurationVar(&o.timeout, "timeout", 10*time.Second, "timeoutSeconds of the webhook configuration")
	flag.DurationVar(&o.readiness, "readiness", time.Second, "between two looks at a replica's readiness")
	flag.BoolVar(&o.http2, "http2", false, "HTTP/2, as for a webhook named by a loopback URL")
	flag.StringVar(&o.ca, "ca", "", "authorities (PEM) of the certificate, read anew for every connection; without it any will do")
	flag.BoolVar(&o.fresh, "fresh", false, "a connection of its own for every review")
	flag.BoolVar(&o.real, "real", false, "create runs for good, each on a branch of its own, in place of dry runs")
	flag.StringVar(&o.name, "name", "localhost", "name the certificate has to have")
	flag.DurationVar(&o.vanishing, "vanish", 0, "how often a client vanishes in the middle of a body; 0 for never")
	flag.IntVar(&o.errors, "errors", 5, "errors to print")
	flag.BoolVar(&o.mayFail, "may-fail", false, "exit with 0 whatever became of the reviews")
	flag.Parse()
	if flag.NArg() == 0 || o.workers < 1 || o.timeout < time.Second {
		flag.Usage()
		os.Exit(2)
	}
	result, err := run(o, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "apiserver-client:", err)
		os.Exit(2)
	}
	text, _ := json.MarshalIndent(result, "", "  ")
	fmt.Println(string(text))
	if !o.mayFail && (result.Failed > 0 || result.Wrong > 0 || result.Answered == 0) {
		os.Exit(1)
	}
}

func run(o options, addresses []string) (*result, error) {
	config, err := tlsConfig(o)
	if err != nil {
		return nil, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	service := newService(addresses, config)
	if err := service.waitUntilReady(ctx, 30*time.Second); err != nil {
		return nil, err
	}
	// What watches readiness outlasts the load: the last reviews may need a replica, too.
	watched, unwatch := context.WithCancel(context.Background())
	defer unwatch()
	go service.watch(watched, o.readiness)
	ctx, cancel := context.WithTimeout(ctx, o.duration)
	defer cancel()
	if o.vanishing > 0 {
		go service.vanish(ctx, o.vanishing)
	}
	asker := newAsker(o, service, config)
	start := time.Now()
	tickets := pace(ctx, o.rate)
	var workers sync.WaitGroup
	for worker := 0; worker < o.workers; worker++ {
		workers.Add(1)
		go func(worker int) {
			defer workers.Done()
			for number := 0; ; number++ {
				if _, open := <-tickets; !open {
					return
				}
				asker.ask(worker, number)
			}
		}(worker)
	}
	workers.Wait()
	return asker.result(time.Since(start)), nil
}

// pace hands out tickets at a rate, or without end, until the context is done. Tickets nobody is free to take are lost:
// the caller is no queue.
func pace(ctx context.Context, rate float64) <-chan struct{} {
	tickets := make(chan struct{})
	go func() {
		defer close(tickets)
		start, handed := time.Now(), 0.0
		for ctx.Err() == nil {
			if rate == 0 {
				select {
				case tickets <- struct{}{}:
				case <-ctx.Done():
				}
				continue
			}
			for due := time.Since(start).Seconds() * rate; handed < due; handed++ {
				select {
				case tickets <- struct{}{}:
				default:
				}
			}
			time.Sleep(time.Millisecond)
		}
	}()
	return tickets
}
