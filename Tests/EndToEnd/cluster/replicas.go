package cluster

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	harness "agentrun-admission/tests/Harness"
)

// replica is a webhook behind the balancer.
type replica struct {
	port    int
	process *harness.Process
	// Whether it was started as every case expects the first to be.
	special bool
}

// Special is what a replica has other than usual; what is empty is as usual.
type Special struct {
	Kubeconfig, Policy string
	// Arguments come after the usual ones, which they override.
	Arguments []string
}

func (s Special) isUsual() bool { return s.Kubeconfig == "" && s.Policy == "" && len(s.Arguments) == 0 }

// startService starts the balancer that the API server finds, and the first replica.
func (c *Cluster) startService() {
	c.port = harness.FreePort()
	c.replicas = map[int]*replica{1: {port: harness.FreePort()}, 2: {port: harness.FreePort()}}
	c.balancer = NewBalancer(fmt.Sprintf("%s:%d", c.Listen(), c.port), harness.Local(c.replicas[1].port), harness.Local(c.replicas[2].port))
	c.StartReplica(1)
}

// Listen is where the API server's calls arrive.
func (c *Cluster) Listen() string {
	if strings.HasPrefix(c.Host, "127.") || c.Host == "localhost" {
		return "127.0.0.1"
	}
	return "0.0.0.0"
}

// StartReplica starts the first or second replica, as usual.
func (c *Cluster) StartReplica(number int) { c.StartSpecial(number, Special{}) }

// StartSpecial starts one otherwise. The gap of its claims is short, so that the cases do not wait for minutes; nothing here is
// stored that late.
func (c *Cluster) StartSpecial(number int, special Special) {
	r := c.replicas[number]
	arguments := []string{"--kubeconfig", c.Kubeconfig}
	if c.Context != "" {
		arguments = append(arguments, "--context", c.Context)
	}
	if special.Kubeconfig != "" {
		arguments = []string{"--kubeconfig", special.Kubeconfig}
	}
	file := c.Work.Path("policy.yaml")
	if special.Policy != "" {
		file = special.Policy
	}
	r.special = !special.isUsual()
	arguments = append(arguments,
		"--metrics-port", "none", "--drain-delay", "1", "--tls-cert", c.Work.Path("certs", "tls.crt"), "--tls-key",
		c.Work.Path("certs", "tls.key"), "--policy", file, "--claims-namespace", c.Namespace, "--claim-gap", "5")
	r.process = c.Work.Serve(fmt.Sprintf("replica-%d.log", number), r.port, append(arguments, special.Arguments...)...)
}

// StopReplica stops one, orderly.
func (c *Cluster) StopReplica(number int) {
	if r := c.replicas[number]; r.process != nil {
		r.process.Stop()
		r.process = nil
	}
}

// KillReplica ends one in the middle of whatever it does.
func (c *Cluster) KillReplica(number int) {
	c.replicas[number].process.Kill()
	c.replicas[number].process = nil
}

// Restore leaves the first replica alone, as usual, whatever a case has come to.
func (c *Cluster) Restore() {
	c.StopReplica(2)
	if first := c.replicas[1]; first.special || first.process == nil || first.process.IsOver() {
		c.StopReplica(1)
		c.StartReplica(1)
	}
}

// AskReplica is what one answers, whatever the code.
func (c *Cluster) AskReplica(number int, path string) string {
	return ask("certs/ca.crt", c.Work, "localhost", c.replicas[number].port, path)
}

// AskAs asks a port of this machine for a path over TLS, and trusts an authority's certificate for a name.
func (c *Cluster) AskAs(name, authority string, port int, path string) string {
	return ask(authority, c.Work, name, port, path)
}

func ask(authority string, work *harness.Workplace, name string, port int, path string) string {
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(work.Path(authority))
	harness.Must(err)
	roots.AppendCertsFromPEM(pem)
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots, ServerName: name},
		DisableKeepAlives: true,
		Dial:              func(string, string) (net.Conn, error) { return net.Dial("tcp", harness.Local(port)) },
	}}
	response, err := client.Get("https://" + name + path)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return string(body)
}
