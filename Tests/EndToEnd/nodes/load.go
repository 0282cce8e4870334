package nodes

import (
	"bytes"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"sync"
	"time"

	"agentrun-admission/tests/EndToEnd/cluster"
	"agentrun-admission/tests/Harness/apiserver"
)

// Load is runs that are created without pause, as dry runs, each of another name and branch; of ten one has to be refused.
type Load struct {
	site    *Site
	begun   time.Time
	stop    chan struct{}
	workers sync.WaitGroup
	mutex   sync.Mutex
	// All that was answered as it had to be.
	took   []time.Duration
	judged []time.Time
	failed []failure
	// Admitted though it was to be refused: nobody had judged it.
	unjudged int
}

// failure is a create that had another end than it should.
type failure struct {
	at   time.Time
	text string
}

// What load is.
const (
	workers = 4
	pause   = 20 * time.Millisecond
	// No value of a label can be that long, so every policy refuses a run with such a name.
	long = "-of-a-length-that-no-value-of-a-label-in-any-cluster-can-ever-have"
)

// StartLoad begins. Where nobody judges, only runs that are good are created.
func (s *Site) StartLoad(judged bool) *Load {
	load := &Load{site: s, begun: time.Now(), stop: make(chan struct{})}
	for worker := 0; worker < workers; worker++ {
		load.workers.Add(1)
		go load.work(worker, judged)
	}
	return load
}

func (l *Load) work(worker int, judged bool) {
	defer l.workers.Done()
	path := fmt.Sprintf("/apis/agents.proompteng.ai/v1alpha1/namespaces/%s/agentruns?dryRun=All", l.site.Namespace)
	for number := 0; ; number++ {
		select {
		case <-l.stop:
			return
		case <-time.After(pause):
		}
		name := fmt.Sprintf("load-%d-%d", worker, number)
		good := !judged || number%10 != 0
		run := cluster.Run(name)
		if !good {
			run.Set("metadata.name", name+long)
		}
		begin := time.Now()
		status, answer := l.site.ask("POST", path, []byte(run.JSON()))
		l.note(good, status, answer, begin)
	}
}

func (l *Load) note(good bool, status int, answer []byte, begin time.Time) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	now := time.Now()
	switch {
	case good && status == http.StatusCreated, !good && bytes.Contains(answer, []byte("denied the request")):
		l.took = append(l.took, now.Sub(begin))
		l.judged = append(l.judged, now)
	case !good && status == http.StatusCreated:
		l.unjudged++
	default:
		text := string(answer)
		if message, is := cluster.ParseObject(text)["message"].(string); is {
			text = message
		}
		l.failed = append(l.failed, failure{now, fmt.Sprintf("status %d: %.240s", status, text)})
	}
}

// Stop ends it, a moment after what was to be looked at.
func (l *Load) Stop() {
	time.Sleep(2 * time.Second)
	close(l.stop)
	l.workers.Wait()
}

// Count is how many were answered as they had to be.
func (l *Load) Count() int { return len(l.judged) }

// String is what came of it, for people.
func (l *Load) String() string {
	return fmt.Sprintf("%d dry-run creates in %.0f s, %d failed, %d unjudged; p50 / p99 / p99.9 / max %s", len(l.took)+len(l.failed)+l.unjudged,
		time.Since(l.begun).Seconds(), len(l.failed), l.unjudged, apiserver.Summary(append([]time.Duration{}, l.took...)))
}

// Failures are the first of them and when they were.
func (l *Load) Failures() string {
	lines := []string{l.String()}
	for index, each := range l.failed {
		if index == 5 {
			break
		}
		lines = append(lines, fmt.Sprintf("after %.1f s: %s", each.at.Sub(l.begun).Seconds(), each.text))
	}
	return strings.Join(lines, "\n") + "\n" + l.site.State()
}

// IsFlawless is whether there were creates and each was answered as it had to be.
func (l *Load) IsFlawless() bool { return len(l.took) > 0 && len(l.failed)+l.unjudged == 0 }

// FailedFor is from a moment to the last failure since.
func (l *Load) FailedFor(moment time.Time) time.Duration {
	if count := len(l.failed); count > 0 && l.failed[count-1].at.After(moment) {
		return l.failed[count-1].at.Sub(moment)
	}
	return 0
}

// FirstAfter is how long after a moment the first create was answered as it had to be that was sent when the time had come.
func (l *Load) FirstAfter(moment time.Time) (time.Duration, bool) {
	index := sort.Search(len(l.judged), func(index int) bool { return l.judged[index].After(moment) })
	for ; index < len(l.judged); index++ {
		if l.judged[index].Add(-l.took[index]).After(moment) {
			return l.judged[index].Sub(moment), true
		}
	}
	return 0, false
}

// during has load while something is done.
func (s *step) during(body func()) *Load {
	load := s.StartLoad(true)
	// A second as it was before.
	time.Sleep(time.Second)
	body()
	load.Stop()
	return load
}
