// Runs the webhook for minutes under load while everything around it changes, for scripts/soak, whose head has the flags.
//
// Prints what came of each part, figures and the table of the page, as JSON. Exit code 1 when a review failed or was answered wrong.
package main

import (
	"flag"
	"time"

	harness "agentrun-admission/tests/Harness"
	"agentrun-admission/tests/Harness/apiserver"
)

// part is what came of one.
type part struct {
	Name    string         `json:"name"`
	Good    bool           `json:"good"`
	Figures map[string]any `json:"figures"`
	Table   harness.Table  `json:"table"`
}

// soak is what the parts share.
type soak struct {
	*harness.Workplace
	// The API server of the tests.
	api string
}

// AgentRuns that the API server has.
const runs = 10000

func main() {
	minutes := flag.Int("minutes", 10, "how long the first part takes; 0 leaves out this and the second")
	overload := flag.Int("overload-seconds", 60, "how long the second part takes")
	clusterMinutes := flag.Int("cluster-minutes", 10, "how long the third part takes; 0 leaves it out")
	server := flag.String("server", "", "the executable")
	api := flag.String("api", "", "the API server of the tests")
	harness.Parse("soak")
	harness.Main("soak", func(work *harness.Workplace) bool {
		work.Try(*server)
		s := &soak{work, *api}
		parts := []part{}
		if *clusterMinutes > 0 {
			parts = append(parts, s.cluster(*clusterMinutes))
		}
		if *minutes > 0 {
			s.prepare()
			parts = append(parts, s.underLoad(*minutes), s.overload(*overload))
		}
		good := true
		for _, part := range parts {
			good = good && part.Good
		}
		harness.Print(map[string]any{"measured": harness.Today(), "good": good, "parts": parts})
		return good
	})
}

// ask asks replicas for a while.
func ask(o apiserver.Options, addresses ...string) *apiserver.Result {
	return await(begin(o, addresses...))
}

// begin asks meanwhile.
func begin(o apiserver.Options, addresses ...string) *apiserver.Load {
	o.Readiness, o.Errors = 200*time.Millisecond, 5
	return apiserver.Start(o, addresses...)
}

func await(load *apiserver.Load) *apiserver.Result {
	result, err := load.Wait()
	harness.Must(err)
	return result
}

// aMinute is how far into the load the first look at memory is.
func aMinute(load time.Duration) time.Duration {
	if load < 2*time.Minute {
		return load / 2
	}
	return time.Minute
}

// usage is what processes take: KiB that are resident, and descriptors.
func usage(processes ...*harness.Process) (resident, descriptors int) {
	for _, process := range processes {
		resident += process.Resident()
		descriptors += process.Descriptors()
	}
	return resident, descriptors
}
