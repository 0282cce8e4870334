package apiserver

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strconv"
	"sync"
	"time"
)

// asker sends reviews and remembers what became of them.
type asker struct {
	options Options
	service *service
	client  *http.Client
	run     string
	mutex   sync.Mutex
	total   []time.Duration
	last    []time.Duration
	counts  Result
	printed int
}

// Result is what became of the reviews.
type Result struct {
	Answered int `json:"answered"`
	Failed   int `json:"failed"`
	Wrong    int `json:"wrong"`
	// Calls answered 503 with Retry-After.
	Retried     int     `json:"retried"`
	Connections int     `json:"connections"`
	PerSecond   float64 `json:"reviewsPerSecond"`
	// Of a whole review, its repetitions included, and of the call that was answered.
	Review Percentiles `json:"reviewMilliseconds"`
	Call   Percentiles `json:"callMilliseconds"`
}

// Percentiles are of times, in milliseconds.
type Percentiles struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
}

// IsGood is whether there were reviews, and each was answered right.
func (r *Result) IsGood() bool { return r.Answered > 0 && r.Failed+r.Wrong == 0 }

// String is what a page shows of them.
func (p Percentiles) String() string {
	return fmt.Sprintf("%v / %v / %v / %v ms", p.P50, p.P99, p.P999, p.Max)
}

func newAsker(o Options, s *service, config *tls.Config) *asker {
	protocols := config.Clone()
	protocols.NextProtos = []string{"http/1.1"}
	transport := &http.Transport{
		DialContext:         s.dial,
		TLSClientConfig:     protocols,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 25,
		IdleConnTimeout:     90 * time.Second,
		DisableKeepAlives:   o.Fresh,
	}
	if o.HTTP2 {
		protocols.NextProtos = []string{"h2", "http/1.1"}
		transport.ForceAttemptHTTP2 = true
	}
	return &asker{
		options: o,
		service: s,
		client:  &http.Client{Transport: transport},
		run:     strconv.FormatInt(time.Now().UnixNano(), 36),
	}
}

// ask sends one review, and again while it is told to, as long as its time lasts.
func (a *asker) ask(worker, number int) {
	uid := fmt.Sprintf("%s-%d-%d", a.run, worker, number)
	// Of ten reviews one is to be denied.
	allowed := (worker+number)%10 != 0
	body := review(uid, fmt.Sprintf("run-%d-%d", worker, number), allowed, !a.options.Real)
	ctx, cancel := context.WithTimeout(context.Background(), a.options.Timeout)
	defer cancel()
	start := time.Now()
	for {
		begin := time.Now()
		status, pause, answer, err := a.call(ctx, body)
		switch {
		case err != nil:
			a.fail(uid, err)
		case status == http.StatusOK:
			a.check(uid, allowed, answer, time.Since(start), time.Since(begin))
		case pause > 0:
			a.retried()
			select {
			case <-time.After(pause):
				continue
			case <-ctx.Done():
				a.fail(uid, ctx.Err())
			}
		default:
			a.fail(uid, fmt.Errorf("status %d: %.200s", status, answer))
		}
		return
	}
}

// call makes one HTTP request; a pause means that it is worth another.
func (a *asker) call(ctx context.Context, body []byte) (int, time.Duration, []byte, error) {
	url := fmt.Sprintf("https://%s/validate?timeout=%ds", a.options.Name, int(a.options.Timeout.Seconds()))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, 0, nil, err
	}
	request.Header.Set("User-Agent", "kube-apiserver-admission")
	request.Header.Set("Accept", "application/json, */*")
	request.Header.Set("Content-Type", "application/json")
	response, err := a.client.Do(request)
	if err != nil {
		return 0, 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, 0, nil, err
	}
	var pause time.Duration
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable:
		if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
			pause = time.Duration(seconds) * time.Second
		}
	}
	return response.StatusCode, pause, answer, nil
}

func (a *asker) check(uid string, allowed bool, answer []byte, review, call time.Duration) {
	var decoded struct {
		APIVersion string `json:"apiVersion"`
		Response   struct {
			UID     string `json:"uid"`
			Allowed bool   `json:"allowed"`
		} `json:"response"`
	}
	err := json.Unmarshal(answer, &decoded)
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.counts.Answered++
	a.total = append(a.total, review)
	a.last = append(a.last, call)
	if err != nil || decoded.APIVersion != "admission.k8s.io/v1" || decoded.Response.UID != uid ||
		decoded.Response.Allowed != allowed {
		a.counts.Wrong++
		a.print(fmt.Sprintf("%s: wrong answer: %.300s", uid, answer))
	}
}

func (a *asker) retried() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.counts.Retried++
}

func (a *asker) fail(uid string, err error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.counts.Failed++
	a.print(fmt.Sprintf("%s: failed: %v", uid, err))
}

func (a *asker) print(line string) {
	if a.printed++; a.printed <= a.options.Errors {
		fmt.Fprintln(os.Stderr, time.Now().UTC().Format("15:04:05.000"), line)
	}
}

func (a *asker) result(elapsed time.Duration) *Result {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	result := a.counts
	result.Connections = a.service.connections()
	result.PerSecond = float64(result.Answered) / elapsed.Seconds()
	result.Review = Summary(a.total)
	result.Call = Summary(a.last)
	return &result
}

// Summary orders times and says where they lie.
func Summary(times []time.Duration) Percentiles {
	if len(times) == 0 {
		return Percentiles{}
	}
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	at := func(share float64) float64 {
		return float64(times[int(share*float64(len(times)-1))].Microseconds()) / 1000
	}
	return Percentiles{P50: at(0.5), P90: at(0.9), P99: at(0.99), P999: at(0.999), Max: at(1)}
}

// review is what an API server sends for the creation of a run, on a branch of its own; a dry run takes no branch;
// one that is not to be allowed has a name no label can hold.
func review(uid, name string, allowed, dryRun bool) []byte {
	if !allowed {
		name += "-of-a-length-that-no-value-of-a-label-in-any-cluster-can-ever-have"
	}
	return []byte(fmt.Sprintf(`{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":%q,`+
		`"kind":{"group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},`+
		`"resource":{"group":"agents.proompteng.ai","version":"v1alpha1","resource":"agentruns"},`+
		`"requestKind":{"group":"agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},`+
		`"requestResource":{"group":"agents.proompteng.ai","version":"v1alpha1","resource":"agentruns"},`+
		`"name":%q,"namespace":"agents","operation":"CREATE",`+
		`"userInfo":{"username":"alice","groups":["system:authenticated"]},`+
		`"object":{"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun",`+
		`"metadata":{"name":%q,"namespace":"agents","uid":%q,"creationTimestamp":"2026-11-23T23:21:52Z","generation":1},`+
		`"spec":{"agentRef":{"name":"codex-agent"},"runtime":{"type":"job"},`+
		`"implementationSpecRef":{"name":"some-spec"},`+
		`"parameters":{"repository":"proompteng/lab","base":"main","head":"codex/%s"},`+
		`"vcsRef":{"name":"github"},"vcsPolicy":{"required":true,"mode":"read-write"}}},`+
		`"oldObject":null,"dryRun":%t,`+
		`"options":{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1"}}}`+"\n",
		uid, name, name, uid, uid, dryRun))
}
