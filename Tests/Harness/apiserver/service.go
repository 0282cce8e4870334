package apiserver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// service is a Service and its endpoints: who is ready, and connections to any of them.
type service struct {
	addresses []string
	config    *tls.Config
	mutex     sync.Mutex
	ready     map[string]bool
	dialled   int
}

func newService(addresses []string, config *tls.Config) *service {
	return &service{addresses: addresses, config: config, ready: map[string]bool{}}
}

func tlsConfig(o Options) (*tls.Config, error) {
	// What is built in reads the authorities once: here they are those of the file at the time of each handshake.
	config := &tls.Config{ServerName: o.Name, InsecureSkipVerify: true}
	if o.CA == "" {
		return config, nil
	}
	if _, err := authorities(o.CA); err != nil {
		return nil, err
	}
	config.VerifyConnection = func(state tls.ConnectionState) error {
		roots, err := authorities(o.CA)
		if err != nil {
			return err
		}
		options := x509.VerifyOptions{Roots: roots, DNSName: o.Name, Intermediates: x509.NewCertPool()}
		for _, certificate := range state.PeerCertificates[1:] {
			options.Intermediates.AddCert(certificate)
		}
		_, err = state.PeerCertificates[0].Verify(options)
		return err
	}
	return config, nil
}

func authorities(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("no certificate in %s", file)
	}
	return pool, nil
}

// look asks every replica for its readiness, each over a connection of its own, as a kubelet does.
func (s *service) look() {
	var looks sync.WaitGroup
	for _, address := range s.addresses {
		looks.Add(1)
		go func(address string) {
			defer looks.Done()
			ready := s.isReady(address)
			s.mutex.Lock()
			defer s.mutex.Unlock()
			s.ready[address] = ready
		}(address)
	}
	looks.Wait()
}

func (s *service) isReady(address string) bool {
	client := http.Client{
		Timeout:   time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true},
	}
	// Who says that it is not ready, or does not listen, is not; who is slow to answer is asked three times, as a kubelet does.
	for try := 0; try < 3; try++ {
		response, err := client.Get("https://" + address + "/readyz")
		if err == nil {
			response.Body.Close()
			return response.StatusCode == http.StatusOK
		}
		if timeout, is := err.(net.Error); !is || !timeout.Timeout() {
			return false
		}
	}
	return false
}

func (s *service) watch(ctx context.Context, period time.Duration) {
	for ctx.Err() == nil {
		time.Sleep(period)
		s.look()
	}
}

func (s *service) waitUntilReady(ctx context.Context, patience time.Duration) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline) && ctx.Err() == nil; {
		s.look()
		if s.anyReady() {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("no replica is ready")
}

func (s *service) anyReady() bool {
	_, err := s.pick()
	return err == nil
}

// pick chooses an endpoint as kube-proxy does: any that is ready, without regard to what it has to do.
func (s *service) pick() (string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var ready []string
	for _, address := range s.addresses {
		if s.ready[address] {
			ready = append(ready, address)
		}
	}
	if len(ready) == 0 {
		return "", errors.New("the service has no endpoint that is ready")
	}
	return ready[rand.Intn(len(ready))], nil
}

// dial connects to an endpoint, whatever the address says.
func (s *service) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	address, err := s.pick()
	if err != nil {
		return nil, err
	}
	s.mutex.Lock()
	s.dialled++
	s.mutex.Unlock()
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

func (s *service) connections() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.dialled
}

// vanish lets a client go in the middle of a body, again and again, with a reset.
func (s *service) vanish(ctx context.Context, period time.Duration) {
	for ctx.Err() == nil {
		time.Sleep(period)
		raw, err := s.dial(ctx, "tcp", "")
		if err != nil {
			continue
		}
		connection := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
		connection.SetDeadline(time.Now().Add(5 * time.Second))
		fmt.Fprint(connection, "POST /validate?timeout=10s HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"+
			"Content-Length: 1000000\r\n\r\n{\"kind\":\"AdmissionReview\",")
		if tcp, ok := raw.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
		raw.Close()
	}
}
