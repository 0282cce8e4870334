package cases

import (
	"fmt"
	"sync"
	"time"

	. "agentrun-admission/tests/EndToEnd/cluster"
)

func concurrentCreates(t *Test) { t.race("one replica", "codex/race") }

func twoReplicas(t *Test) {
	t.StartReplica(2)
	for round := 1; round <= 3; round++ {
		t.race(fmt.Sprintf("two replicas, round %d", round), fmt.Sprintf("codex/two-%d", round))
		t.RemoveRuns()
	}
}

// race is fifty creates on one branch, of which one is to be stored.
func (t *Test) race(what, head string) {
	outcomes := make([]Outcome, 50)
	var creates sync.WaitGroup
	for index := range outcomes {
		creates.Add(1)
		go func(index int) {
			defer creates.Done()
			outcomes[index] = t.Create(Run(fmt.Sprintf("racer-%d", index+1), "head="+head))
		}(index)
	}
	creates.Wait()
	stored, refused := 0, 0
	for _, outcome := range outcomes {
		switch {
		case outcome.Has(" created$"):
			stored++
		case outcome.IsDenied("HeadBranchConflict"):
			refused++
		}
	}
	t.Equal(what+": of 50 creates on one branch one is stored", 1, stored)
	t.Equal(what+": and 49 are refused for it", 49, refused)
	t.Equal(what+": the cluster has one run", 1, len(t.Names("agentruns")))
}

// restart: the webhook is stopped and started again while runs are created one after the other. What was stored before still
// counts afterwards, and no run gets in unjudged.
func restart(t *Test) {
	t.Allowed("a run before the restart", t.Create(Run("before")))
	stop, load := make(chan struct{}), make(chan []Outcome)
	go func() {
		var outcomes []Outcome
		for number := 1; ; number++ {
			select {
			case <-stop:
				load <- outcomes
				return
			default:
				outcomes = append(outcomes, t.Create(Run(fmt.Sprintf("load-%d", number), "head=codex/before")))
			}
		}
	}()
	for count := 0; count < 3; count++ {
		time.Sleep(time.Second)
		t.StopReplica(1)
		t.StartReplica(1)
	}
	time.Sleep(time.Second)
	close(stop)
	outcomes := <-load
	t.Equal("no run got in unjudged", 1, len(t.Names("agentruns")))
	// What is refused before the state is there is refused as the policy's onStale says.
	unexpected := ""
	for _, outcome := range outcomes {
		if !outcome.IsDenied("(HeadBranchConflict|StateUnavailable)") && !outcome.Has("failed calling webhook") {
			unexpected += outcome.Output()
		}
	}
	t.Equal("every create was refused for the branch, for want of the state, or failed while nobody listened", "", unexpected)
	t.Denied("the branch still is taken after the restarts", "HeadBranchConflict.*before",
		t.Create(Run("later", "head=codex/before")))
}
