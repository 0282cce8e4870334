// Package cases is what scripts/e2e tries: a function a case, in the order of All.
package cases

import (
	"strings"

	"agentrun-admission/tests/EndToEnd/checks"
	"agentrun-admission/tests/EndToEnd/cluster"
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
	{"unreviewed", unreviewed},
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

// Test is a case that is being tried.
type Test struct {
	*cluster.Cluster
	*checks.Report
	// Whether deploy/ may be applied.
	Deploy bool
}

// Try runs a case, tells each check, and leaves the cluster as the next one expects it. What could not be tried has failed.
func (c Case) Try(on *cluster.Cluster, deploy bool, tell func(string)) checks.Result {
	report := checks.Begin(c.Name, on.Work, tell)
	test := &Test{on, report, deploy}
	report.Try("the case comes to its end", func() { c.run(test) })
	report.Try("the next case has a replica", on.Restore)
	on.RemoveRuns()
	return report.Result
}
