package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"strings"
	"time"

	harness "agentrun-admission/tests/Harness"
)

const configuration = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"

// bundles are those of the webhook configuration, on the API server of the tests.
type bundles struct {
	*soak
	url     string
	client  *http.Client
	planted []byte
}

func (s *soak) trusting(authority string) *http.Client {
	content, err := os.ReadFile(s.Path(authority))
	harness.Must(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(content)
	return &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
}

// call makes a request with the token that is good now.
func (b *bundles) call(method, path, kind string, body any) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(method, b.url+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	token, err := os.ReadFile(b.Path("token"))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	request.Header.Set("Content-Type", kind)
	response, err := b.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("status %d: %.200s", response.StatusCode, answer)
	}
	return answer, err
}

type webhook struct {
	Name         string         `json:"name"`
	ClientConfig map[string]any `json:"clientConfig"`
	Versions     []string       `json:"admissionReviewVersions,omitempty"`
	SideEffects  string         `json:"sideEffects,omitempty"`
}

type webhookConfiguration struct {
	APIVersion string            `json:"apiVersion,omitempty"`
	Kind       string            `json:"kind,omitempty"`
	Metadata   map[string]string `json:"metadata,omitempty"`
	Webhooks   []webhook         `json:"webhooks"`
}

const plantedWebhook = "bindings.admission.agents.proompteng.ai"

func (b *bundles) register() {
	made := webhookConfiguration{
		APIVersion: "admissionregistration.k8s.io/v1", Kind: "ValidatingWebhookConfiguration",
		Metadata: map[string]string{"name": "agentrun-admission"},
	}
	service := map[string]any{"name": "agentrun-admission", "namespace": "agents", "path": "/validate", "port": 443}
	for _, name := range []string{"agentruns.admission.agents.proompteng.ai", "definitions.admission.agents.proompteng.ai", plantedWebhook} {
		made.Webhooks = append(made.Webhooks, webhook{name, map[string]any{"service": service}, []string{"v1"}, "NoneOnDryRun"})
	}
	_, err := b.call(http.MethodPost, configuration, "application/json", made)
	harness.Must(err)
}

// all are the bundles as they are now, in the order of the webhooks; none if the API server does not tell.
func (b *bundles) all() [][]byte {
	answer, err := b.call(http.MethodGet, configuration+"/agentrun-admission", "application/json", nil)
	if err != nil {
		return nil
	}
	var found struct {
		Webhooks []struct {
			ClientConfig struct {
				Bundle []byte `json:"caBundle"`
			} `json:"clientConfig"`
		} `json:"webhooks"`
	}
	if json.Unmarshal(answer, &found) != nil {
		return nil
	}
	var bundles [][]byte
	for _, webhook := range found.Webhooks {
		bundles = append(bundles, webhook.ClientConfig.Bundle)
	}
	return bundles
}

// publish keeps what the first webhook trusts in a file, for the load; as an API server that hears of a change within 0.3 s.
func (b *bundles) publish(first chan<- struct{}) {
	for ; ; time.Sleep(200 * time.Millisecond) {
		if all := b.all(); len(all) > 0 && len(all[0]) > 0 {
			harness.Attempt(func() { b.Write("bundle.crt", all[0]) })
			if first != nil {
				close(first)
				first = nil
			}
		}
	}
}

// plant puts the foreign authority into the last webhook's bundle where it is not, each minute.
func (b *bundles) plant() {
	for ; ; time.Sleep(time.Minute) {
		// Who is refused, as the token has just changed, comes again.
		for !b.isPlanted() {
			time.Sleep(time.Second)
		}
	}
}

// isPlanted is whether it is there, or has just been put there.
func (b *bundles) isPlanted() bool {
	all := b.all()
	if len(all) == 0 {
		return false
	}
	last := all[len(all)-1]
	if b.isPlantedIn(last) {
		return true
	}
	bundle := base64.StdEncoding.EncodeToString(append(last, b.planted...))
	_, err := b.call(http.MethodPatch, configuration+"/agentrun-admission", "application/strategic-merge-patch+json",
		webhookConfiguration{Webhooks: []webhook{{Name: plantedWebhook, ClientConfig: map[string]any{"caBundle": bundle}}}})
	return err == nil
}

// isPlantedIn is whether the first line of the foreign authority's content is in a bundle.
func (b *bundles) isPlantedIn(bundle []byte) bool {
	return bytes.Contains(bundle, bytes.SplitN(b.planted, []byte("\n"), 3)[1])
}

// foreignAuthority has the name of the replicas' own, and a hundred years.
func foreignAuthority() []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	harness.Must(err)
	certificate := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "agentrun-admission"},
		NotBefore: time.Now(), NotAfter: time.Now().AddDate(100, 0, 0), IsCA: true, BasicConstraintsValid: true,
	}
	content, err := x509.CreateCertificate(rand.Reader, certificate, certificate, key.Public(), key)
	harness.Must(err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: content})
}

// countPlanted is in how many bundles the foreign authority is.
func (b *bundles) countPlanted() (count int) {
	for _, bundle := range b.all() {
		if b.isPlantedIn(bundle) {
			count++
		}
	}
	return count
}
