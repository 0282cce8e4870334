// Package cases is what scripts/e2e tries: a function a case, in the order of All.
package cases

import (
	"fmt"
	"strings"
	"time"

	"agentrun-admission/tests/EndToEnd/cluster"
	harness "agentrun-admission/tests/Harness"
)

// Case is one.
type Case struct {
	Name string
	run  func(*Test)
}

// All are the cases, in the order in which they are tried.
var All = []Case{
	{"readiness", readiness},
	{"apply", apply},
	{"dry run", dryRun},
	{"server-side apply", serverSideApply},
	{"patch", patch},
	{"finalizer", finalizer},
	{"collection", collection},
	{"concurrent creates", concurrentCreates},
	{"templates", templates},
	{"workflows", workflows},
	{"jobs", jobs},
	{"restart", restart},
	{"claims", claims},
	{"two replicas", twoReplicas},
	{"killed replica", killedReplica},
	{"denied elsewhere", deniedElsewhere},
	{"deploy", deploy},
	{"slow API server", slowAPIServer},
}

// Named are the cases whose name has a part in it, in whichever case and with spaces or hyphens.
func Named(part string) []Case {
	plain := func(name string) string { return strings.ToLower(strings.ReplaceAll(name, "-", " ")) }
	var named []Case
	for _, each := range All {
		if strings.Contains(plain(each.Name), plain(part)) {
			named = append(named, each)
		}
	}
	return named
}

// Result is what became of a case.
type Result struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	Passed  int     `json:"passed"`
	Failed  int     `json:"failed"`
	Skipped string  `json:"skipped,omitempty"`
	Checks  []Check `json:"checks"`
}

// Check is one thing that had to be so.
type Check struct {
	What   string `json:"what"`
	Passed bool   `json:"passed"`
	// What was found instead.
	Found string `json:"found,omitempty"`
}

// Test is a case that is being tried.
type Test struct {
	*cluster.Cluster
	// Whether deploy/ may be applied.
	Deploy bool
	result *Result
	tell   func(string)
}

// Try runs a case, tells each check, and leaves the cluster as the next one expects it. What could not be tried has failed.
func (c Case) Try(on *cluster.Cluster, deploy bool, tell func(string)) Result {
	result := Result{Name: c.Name, Checks: []Check{}}
	start := time.Now()
	test := &Test{on, deploy, &result, tell}
	tell("\n" + c.Name)
	if message, failed := harness.Attempt(func() { c.run(test) }); failed {
		test.check("the case comes to its end", false, message)
	}
	if message, failed := harness.Attempt(on.Restore); failed {
		test.check("the next case has a replica", false, message)
	}
	on.RemoveRuns()
	result.Seconds = float64(time.Since(start).Milliseconds()) / 1000
	return result
}

func (t *Test) check(what string, passed bool, found string) {
	t.Work.GoOn()
	check := Check{What: what, Passed: passed}
	if passed {
		t.result.Passed++
		t.tell("  ok      " + what)
	} else {
		t.result.Failed++
		check.Found = strings.TrimRight(found, "\n")
		t.tell("  FAILED  " + what + "\n          | " + strings.ReplaceAll(check.Found, "\n", "\n          | "))
	}
	t.result.Checks = append(t.result.Checks, check)
}

// Skip says why a case, or the rest of it, is not tried.
func (t *Test) Skip(reason string) {
	t.result.Skipped = reason
	t.Note("skipped " + reason)
}

// Note tells something that is no check.
func (t *Test) Note(text string) { t.tell("  (" + text + ")") }

// Allowed expects that it succeeded.
func (t *Test) Allowed(what string, outcome cluster.Outcome) {
	t.expect(what, outcome.OK, "to be allowed", outcome)
}

// Warned expects that it succeeded with a warning that matches.
func (t *Test) Warned(what, pattern string, outcome cluster.Outcome) {
	t.expect(what, outcome.OK && outcome.Has("^Warning: .*"+pattern), "a warning with "+pattern, outcome)
}

// Denied expects that the webhook refused it, with a message that matches.
func (t *Test) Denied(what, pattern string, outcome cluster.Outcome) {
	t.expect(what, outcome.IsDenied(pattern), "to be denied with "+pattern, outcome)
}

func (t *Test) expect(what string, passed bool, expected string, outcome cluster.Outcome) {
	if !passed {
		what += ": expected " + expected
	}
	t.check(what, passed, outcome.Output())
}

// Equal expects a value.
func (t *Test) Equal(what string, expected, found any) {
	if passed := expected == found; passed {
		t.check(what, true, "")
	} else {
		t.check(fmt.Sprintf("%s: expected %v", what, expected), false, fmt.Sprint(found))
	}
}
