// Passes connections on to one of several addresses in turn, as a Service of a cluster does.
//
//	balancer LISTEN-ADDRESS ADDRESS...
//
// Of the addresses the first that can be connected to, from the next in turn on, gets a connection. After SIGUSR1 nothing
// that the addresses answer is passed on any more, as if the answers were lost on the way; SIGUSR2 ends that.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	next  atomic.Uint64
	mutes atomic.Bool
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: balancer LISTEN-ADDRESS ADDRESS...")
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "balancer:", err)
		os.Exit(2)
	}
	go heedSignals()
	for {
		client, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "balancer:", err)
			os.Exit(1)
		}
		go pass(client, os.Args[2:])
	}
}

func heedSignals() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2)
	for each := range signals {
		mutes.Store(each == syscall.SIGUSR1)
	}
}

func pass(client net.Conn, addresses []string) {
	defer client.Close()
	server := connect(addresses)
	if server == nil {
		return
	}
	defer server.Close()
	done := make(chan struct{}, 2)
	go func() {
		io.Copy(server, client)
		done <- struct{}{}
	}()
	go func() {
		io.Copy(&mutable{client}, server)
		done <- struct{}{}
	}()
	// When one side is over, so is the connection.
	<-done
}

func connect(addresses []string) net.Conn {
	start := next.Add(1)
	for turn := range addresses {
		address := addresses[(start+uint64(turn))%uint64(len(addresses))]
		if server, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			return server
		}
	}
	return nil
}

// mutable passes on what is written, or swallows it.
type mutable struct{ connection net.Conn }

func (m *mutable) Write(bytes []byte) (int, error) {
	if mutes.Load() {
		return len(bytes), nil
	}
	return m.connection.Write(bytes)
}
