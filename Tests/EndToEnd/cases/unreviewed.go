package cases

import (
	"fmt"
	"strings"
	"time"

	. "agentrun-admission/tests/EndToEnd/cluster"
	harness "agentrun-admission/tests/Harness"
)

// unreviewed: runs that are made while the webhook is away, and its configuration says Ignore, are found by the audit, and no others.
func unreviewed(t *Test) {
	t.InstallReports()
	auditing := Special{Arguments: []string{"--audit-interval", "10", "--events", "on", "--reports", "openreports.io"}}
	t.StopReplica(1)
	t.StartSpecial(1, auditing)
	t.Allowed("a run that is reviewed", t.Create(Run("reviewed")))
	t.Allowed("and one that is changed later", t.Create(Run("changed")))
	t.Allowed("a dry run", t.Create(Run("dry"), "--dry-run=server"))
	// Its mark is written within seconds; a stop writes what waits.
	t.StopReplica(1)
	answers := func() bool { return t.Create(Run("probe"), "--dry-run=server").OK }
	t.SetFailurePolicy("Ignore", answers)
	var missed []string
	for number := 0; number < 10; number++ {
		name := fmt.Sprintf("missed-%d", number)
		missed = append(missed, name)
		t.Allowed("a run that nobody reviews", t.Create(Run(name)))
	}
	t.StartSpecial(1, auditing)
	t.SetFailurePolicy("Fail", func() bool {
		return t.Create(Run("probe", "repository=other/other"), "--dry-run=server").IsDenied("")
	})
	t.Allowed("a run that is reviewed again", t.Create(Run("later")))
	t.Allowed("a change that is reviewed", t.Patch("changed", `{"spec":{"parameters":{"head":"codex/changed-later"}}}`))

	// A run has to have been there for a minute: its mark may be on its way.
	t.Allowed("the report names the ten", Soon(150*time.Second, func() Outcome {
		return That(strings.Join(t.reported(), " ") == strings.Join(missed, " "))
	}))
	t.Allowed("and no other", Stays(80*time.Second, func() Outcome {
		return That(strings.Join(t.reported(), " ") == strings.Join(missed, " "))
	}))
	t.Equal("each has an event that says so", strings.Join(missed, " "), strings.Join(t.told("FoundUnreviewed"), " "))
	t.Allowed("kubectl describe shows it", func() Outcome {
		return That(t.Within("describe", "agentrun", "missed-3").Has("FoundUnreviewed"))
	}())
	t.RemoveRuns()
	t.Allowed("the report goes with the runs", Soon(60*time.Second, func() Outcome {
		return That(!t.Within("get", "reports.openreports.io", "agentrun-admission").OK)
	}))
}

// reported are the runs that the report calls unreviewed, in order.
func (t *Test) reported() (names []string) {
	report := ParseObject(t.Within("get", "reports.openreports.io", "agentrun-admission", "--output=json").Stdout)
	results, _ := report["results"].([]any)
	for _, each := range results {
		result, _ := each.(map[string]any)
		if result["policy"] != "unreviewed" {
			continue
		}
		subjects, _ := result["resources"].([]any)
		for _, subject := range subjects {
			names = append(names, fmt.Sprint(subject.(map[string]any)["name"]))
		}
	}
	return names
}

// told are the objects that events of a reason regard, in order, each once.
func (t *Test) told(reason string) (names []string) {
	listed := t.Within("get", "events", "--field-selector=reason="+reason, "--sort-by=.involvedObject.name",
		`--output=jsonpath={range .items[*]}{.involvedObject.name}{"\n"}{end}`)
	if !listed.OK {
		harness.Fatal("%s", listed.Output())
	}
	for _, name := range listed.Lines() {
		if len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return names
}
