// Package apiserver asks a webhook, or several replicas of one, as a kube-apiserver does, and checks every answer.
//
// The replicas are one service: their readiness is polled, and a new connection goes to any that is ready. Connections are
// kept, and reviews sent over them as admission webhooks are called: HTTP/1.1 by default, a time-out in the query, tried
// again once a second after 503 with Retry-After, and not tried again after anything else. A review is a failure if its
// caller would have got an error, and wrong if uid or verdict are not those that were to come.
package apiserver

import (
	"context"
	"sync"
	"time"
)

// Options are how it asks; their zero values are those of a kube-apiserver that creates nothing.
type Options struct {
	// Reviews under way at once.
	Workers int
	// Reviews a second in all; 0 for as many as are answered.
	Rate float64
	// How long to ask.
	Duration time.Duration
	// timeoutSeconds of the webhook configuration; 10 s.
	Timeout time.Duration
	// Between two looks at a replica's readiness; 1 s.
	Readiness time.Duration
	// HTTP/2, as for a webhook named by a loopback URL.
	HTTP2 bool
	// Authorities (PEM) of the certificate, read anew for every connection; without it any will do.
	CA string
	// The name the certificate has to have; localhost.
	Name string
	// How often a client vanishes in the middle of a body; 0 for never.
	Vanish time.Duration
	// How many errors to print on stderr.
	Errors int
	// Create runs for good, each on a branch of its own, in place of dry runs.
	Real bool
	// A connection of its own for every review.
	Fresh bool
}

// Load is a client that asks beside what else a driver does.
type Load struct {
	// Stop ends it before its time.
	Stop context.CancelFunc
	over chan struct{}
	// What came of it, once it is over.
	result *Result
	err    error
}

// Start begins to ask.
func Start(o Options, addresses ...string) *Load {
	ctx, stop := context.WithCancel(context.Background())
	load := &Load{Stop: stop, over: make(chan struct{})}
	go func() {
		defer stop()
		load.result, load.err = Run(ctx, o, addresses...)
		close(load.over)
	}()
	return load
}

// Wait waits for its end.
func (l *Load) Wait() (*Result, error) {
	<-l.over
	return l.result, l.err
}

// Run asks until the time is over or the context is done; an error is one of the options, or that no replica is ready.
func Run(ctx context.Context, o Options, addresses ...string) (*Result, error) {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Readiness == 0 {
		o.Readiness = time.Second
	}
	if o.Name == "" {
		o.Name = "localhost"
	}
	config, err := tlsConfig(o)
	if err != nil {
		return nil, err
	}
	service := newService(addresses, config)
	if err := service.waitUntilReady(ctx, 30*time.Second); err != nil {
		return nil, err
	}
	// What watches readiness outlasts the load: the last reviews may need a replica, too.
	watched, unwatch := context.WithCancel(context.Background())
	defer unwatch()
	go service.watch(watched, o.Readiness)
	ctx, cancel := context.WithTimeout(ctx, o.Duration)
	defer cancel()
	if o.Vanish > 0 {
		go service.vanish(ctx, o.Vanish)
	}
	asker := newAsker(o, service, config)
	start := time.Now()
	tickets := pace(ctx, o.Rate)
	var workers sync.WaitGroup
	for worker := 0; worker < o.Workers; worker++ {
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
