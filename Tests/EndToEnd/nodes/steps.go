package nodes

import (
	"strings"
	"time"

	"agentrun-admission/tests/EndToEnd/checks"
	"agentrun-admission/tests/EndToEnd/cluster"
)

// Step is a part of scripts/e2e --node.
type Step struct {
	Name string
	run  func(*step)
	// Whether it looks at an installation that is there, which others make.
	needsInstallation bool
}

// All are the steps in their order. What comes behind `self-managed` is done to that installation, until `uninstall`.
var All = []Step{
	{"fail-open", failOpen, false},
	{"cert-manager", certManager, false},
	{"mounted Secret", mountedSecret, false},
	{"chart", chart, false},
	{"certificates renewed twice", renewals, false},
	{"self-managed", selfManaged, false},
	{"upgrade and back", upgrade, true},
	{"rollout", rollout, true},
	{"killed pod", killedPod, true},
	{"all pods killed", allKilled, true},
	{"drained node", drained, true},
	{"memory limit", memoryLimit, true},
	{"missing image", missingImage, true},
	{"changed policy", changedPolicy, true},
	{"network policy", networkPolicy, true},
	{"uninstall", uninstalled, true},
}

// Named are the steps whose name has a part in it, and the installation they need.
func Named(part string) []Step {
	plain := func(name string) string { return strings.ToLower(strings.ReplaceAll(name, "-", " ")) }
	var named []Step
	needs := false
	for _, each := range All {
		if strings.Contains(plain(each.Name), plain(part)) {
			named = append(named, each)
			needs = needs || each.needsInstallation
		}
	}
	if !needs {
		return named
	}
	all := named
	named = nil
	for _, each := range All {
		wanted := each.Name == "self-managed" || each.Name == "uninstall"
		for _, other := range all {
			wanted = wanted || other.Name == each.Name
		}
		if wanted {
			named = append(named, each)
		}
	}
	return named
}

// step is one that is being tried.
type step struct {
	*Site
	*checks.Report
}

// Try runs a step and tells each check. What could not be tried has failed.
func (each Step) Try(on *Site, tell func(string)) checks.Result {
	report := checks.Begin(each.Name, on.Work, tell)
	report.Try("the step comes to its end", func() { each.run(&step{on, report}) })
	return report.Result
}

// flawless expects that every create under load was answered as it had to be.
func (s *step) flawless(what string, load *Load) {
	s.Figure("load", "%s", load)
	found := ""
	if !load.IsFlawless() {
		found = load.Failures()
	}
	s.Check(what, load.IsFlawless(), found)
}

// succeeds expects that kubectl did what it was to do; if not, it tells what the replicas are like.
func (s *step) succeeds(what string, outcome cluster.Outcome) {
	found := ""
	if !outcome.OK {
		found = outcome.Output() + s.State()
	}
	s.Check(what, outcome.OK, found)
}

// allReady waits until as many replicas are ready as the Deployment wants, and no more are there.
func (s *step) allReady(what string) bool {
	outcome := cluster.Soon(240*time.Second, func() cluster.Outcome {
		return cluster.That(len(s.Ready()) == replicas && len(s.Pods()) == replicas)
	})
	s.succeeds(what, outcome)
	return outcome.OK
}

// replicas are how many deploy/ has.
const replicas = 3
