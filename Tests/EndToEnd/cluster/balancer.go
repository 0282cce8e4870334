package cluster

import (
	"io"
	"net"
	"sync/atomic"
	"time"

	harness "agentrun-admission/tests/Harness"
)

// Balancer passes connections on to one of several addresses in turn, as a Service of a cluster does: to the first that can be
// connected to, from the next in turn on.
type Balancer struct {
	listener  net.Listener
	addresses []string
	next      atomic.Uint64
	muted     atomic.Bool
}

// NewBalancer listens on an address.
func NewBalancer(listen string, addresses ...string) *Balancer {
	listener, err := net.Listen("tcp", listen)
	harness.Must(err)
	balancer := &Balancer{listener: listener, addresses: addresses}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go balancer.pass(client)
		}
	}()
	return balancer
}

// Mute has nothing that the addresses answer passed on any more, as if the answers were lost on the way.
func (b *Balancer) Mute(muted bool) { b.muted.Store(muted) }

// Close takes no more connections.
func (b *Balancer) Close() { b.listener.Close() }

func (b *Balancer) pass(client net.Conn) {
	defer client.Close()
	server := b.connect()
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
		io.Copy(mutable{client, b}, server)
		done <- struct{}{}
	}()
	// When one side is over, so is the connection.
	<-done
}

func (b *Balancer) connect() net.Conn {
	start := b.next.Add(1)
	for turn := range b.addresses {
		address := b.addresses[(start+uint64(turn))%uint64(len(b.addresses))]
		if server, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			return server
		}
	}
	return nil
}

// mutable passes on what is written, or swallows it.
type mutable struct {
	connection net.Conn
	balancer   *Balancer
}

func (m mutable) Write(bytes []byte) (int, error) {
	if m.balancer.muted.Load() {
		return len(bytes), nil
	}
	return m.connection.Write(bytes)
}
