package cases

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	. "agentrun-admission/tests/EndToEnd/cluster"
)

const crowd = 110

// slowAPIServer: an API server that takes half a second for every call of the webhook, and 110 runs at once: none is stored without
// its claim, whatever the policy says of an old state. Eight connections would do 78 calls before the reviews are due.
func slowAPIServer(t *Test) {
	t.StopReplica(1)
	proxy, direct := t.Proxy()
	defer proxy.Stop()
	slow := Object{
		"apiVersion": "v1", "kind": "Config", "current-context": "slow",
		"contexts": []any{Object{"name": "slow", "context": Object{"cluster": "slow", "user": "slow"}}},
		"clusters": []any{Object{"name": "slow", "cluster": Object{"server": Slow(direct, 500*time.Millisecond)}}},
		"users":    []any{Object{"name": "slow", "user": Object{}}},
	}
	policy := strings.Replace(t.Policy(), "onStale: Deny", "onStale: Warn", 1)
	t.StartSpecial(1, Special{
		Kubeconfig: t.Work.Write("kubeconfig-slow", []byte(slow.JSON())),
		Policy:     t.Work.Write("policy-slow.yaml", []byte(policy)),
	})
	answers := t.createAtOnce(direct)
	stored, unclaimed, explained := 0, 0, 0
	for _, answer := range answers {
		switch {
		case answer.OK:
			stored++
			explained++
			// The janitor claims for a run it sees unclaimed some seconds later, so the warning tells, and not the Lease alone.
			if answer.Has("BranchUnclaimed|StateUnavailable") {
				unclaimed++
			}
		case answer.Has("BranchUnclaimed"):
			explained++
		}
	}
	t.Equal(fmt.Sprintf("of %d runs at once none is stored without its claim", crowd), 0, unclaimed)
	t.Equal("each that is stored has its Lease", stored, t.Claims("codex-crowd-"))
	t.Equal("and each that is not is refused for want of one", crowd, explained)
	t.Note(fmt.Sprintf("%d of %d were stored", stored, crowd))
}

// createAtOnce creates runs with a branch each, all at once, at an API server that lets everybody in, such as kubectl proxy: so many
// kubectls would take turns at the processor. Its warnings are on stderr, as kubectl has them.
func (t *Test) createAtOnce(url string) []Outcome {
	outcomes := make([]Outcome, crowd)
	url += "/apis/agents.proompteng.ai/v1alpha1/namespaces/" + t.Namespace + "/agentruns"
	client := http.Client{Timeout: time.Minute, Transport: &http.Transport{}}
	var creates sync.WaitGroup
	for index := range outcomes {
		creates.Add(1)
		go func(index int) {
			defer creates.Done()
			body := bytes.NewBufferString(Run(fmt.Sprintf("crowd-%d", index+1)).JSON())
			response, err := client.Post(url, "application/json", body)
			if err != nil {
				outcomes[index] = Outcome{Stderr: err.Error()}
				return
			}
			defer response.Body.Close()
			answer, _ := io.ReadAll(response.Body)
			outcomes[index] = Outcome{
				OK:     response.StatusCode == http.StatusCreated,
				Stdout: string(answer),
				Stderr: strings.Join(response.Header.Values("Warning"), "\n"),
			}
		}(index)
	}
	creates.Wait()
	return outcomes
}
