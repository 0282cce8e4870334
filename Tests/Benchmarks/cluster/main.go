// Measures what the cluster state costs, for scripts/bench-cluster, whose head has the flags: the sync of many AgentRuns from an API
// server, its memory, a stream of changes, what reviews notice of a list, and an audit.
//
// Prints figures and the table of the page as JSON.
package main

import (
	"flag"
	"fmt"
	"os/exec"
	"sort"
	"syscall"
	"time"

	harness "agentrun-admission/tests/Harness"
	"agentrun-admission/tests/Harness/apiserver"
)

type bench struct {
	*harness.Workplace
	api     string
	runs    int
	started int
	webhook *harness.Process
	server  *harness.Process
	port    int
	// Resident without a run, in KiB.
	idle int
	// Of the webhook, in seconds; 0 for no audit.
	auditInterval int
	figures       map[string]any
	table         harness.Table
}

func main() {
	runs := flag.Int("runs", 100000, "AgentRuns of 4 KB")
	server := flag.String("server", "", "the executable")
	api := flag.String("api", "", "the API server of the tests")
	harness.Parse("bench-cluster")
	harness.Main("bench-cluster", func(work *harness.Workplace) bool {
		work.Try(*server)
		work.Certificates("certs", "--dns", "localhost", "--ip", "127.0.0.1")
		b := &bench{Workplace: work, api: *api, runs: *runs, figures: map[string]any{}}
		b.table.Columns = []string{"what", ""}
		b.table.Row("measured", "%s", harness.Today())
		b.measure()
		harness.Print(map[string]any{"measured": harness.Today(), "runs": b.runs, "figures": b.figures, "table": b.table})
		return true
	})
}

func (b *bench) measure() {
	b.start(0, 1, "none")
	idle := b.webhook.Resident()
	b.idle = idle
	b.row("idleBytes", idle*1024, "resident, no runs", "%s", megabytes(idle))
	b.stop()
	for _, share := range []int{20, 1} {
		label, key := fmt.Sprintf("%d runs, one in %d active", b.runs, share), fmt.Sprintf("oneIn%d", share)
		b.start(b.runs, share, "none")
		cpu, resident := b.webhook.CPU(), b.webhook.Resident()
		b.row(key+"SyncSeconds", cpu.Seconds(), label+": CPU time of the sync", "%.2f s", cpu.Seconds())
		b.row(key+"Bytes", resident*1024, label+": resident", "%s", megabytes(resident))
		b.row(key+"BytesARun", b.each(resident-idle), label+": bytes a run", "%.0f", b.each(resident-idle))
		if share == 1 {
			b.reviews("reviews", "reviews at 500/s, p50 / p99 / p99.9 / max", b.ask())
		}
		b.audit(key+"Audit", label+": audit")
		b.stop()
	}
	b.start(b.runs, 1, "lease")
	claimed := b.each(b.webhook.Resident() - idle)
	b.row("claimsBytesARun", claimed, "the same with claims, of which none is there yet: bytes a run", "%.0f", claimed)
	b.stop()
	b.auditInServer(20)
	b.auditInServer(1)
	b.start(b.runs, 20, "none", "--events-per-second", "5000")
	before := b.webhook.CPU()
	time.Sleep(20 * time.Second)
	cpu, resident := (b.webhook.CPU()-before).Seconds()/20, b.webhook.Resident()
	b.row("eventsCoreShare", cpu, "5,000 events a second: CPU of one core", "%.0f%%", cpu*100)
	b.row("eventsBytes", resident*1024, "5,000 events a second: resident after 20 s", "%s", megabytes(resident))
	b.stop()
	b.start(b.runs, 1, "none", "--relist-every", "8")
	// How often all runs were listed so far.
	lists := func() int { return b.webhook.LinesWith(fmt.Sprintf("objects=%d", b.runs)) }
	count := lists()
	result := b.ask()
	count = lists() - count
	b.figures["lists"] = count
	b.reviews("reviewsWhileListing", fmt.Sprintf("the same reviews while all runs are listed again, %d times", count), result)
	b.stop()
}

// start starts an API server with so many runs, and the webhook once it is ready.
func (b *bench) start(runs, oneRunningIn int, claims string, arguments ...string) {
	b.started++
	kubeconfig := fmt.Sprintf("kubeconfig-%d", b.started)
	b.server, _ = b.FakeAPI(b.api, fmt.Sprintf("api-%d.log", b.started), kubeconfig, append(arguments,
		"--runs", fmt.Sprint(runs), "--one-running-in", fmt.Sprint(oneRunningIn), "--tls-cert", b.Path("certs", "tls.crt"),
		"--tls-key", b.Path("certs", "tls.key"), "--tls-ca", b.Path("certs", "ca.crt"))...)
	b.port = harness.FreePort()
	b.webhook = b.Serve(fmt.Sprintf("webhook-%d.log", b.started), b.port, "--metrics-port", "none", "--drain-delay", "0",
		"--kubeconfig", b.Path(kubeconfig), "--claims", claims, "--log-level", "debug", "--audit-interval", fmt.Sprint(b.auditInterval),
		"--tls-cert", b.Path("certs", "tls.crt"), "--tls-key", b.Path("certs", "tls.key"))
}

func (b *bench) stop() {
	b.webhook.Stop()
	b.server.Stop()
}

// auditInServer measures the audit of a server: what it keeps for it, a round, and, where all runs are active, what reviews notice,
// by turns with a server that does not audit.
func (b *bench) auditInServer(share int) {
	turns := 1
	if share == 1 {
		turns = 5
	}
	var cpu, resident, auditing []float64
	var without, with []*apiserver.Result
	for turn := 0; turn < turns; turn++ {
		b.start(b.runs, share, "lease")
		if share == 1 {
			without = append(without, b.ask())
		}
		resident = append(resident, b.each(b.webhook.Resident()))
		b.stop()

		// The first round begins at once and takes half of it: longer than reviews are asked for.
		b.auditInterval = 60
		b.start(b.runs, share, "lease")
		b.auditInterval = 0
		if share == 1 {
			with = append(with, b.ask())
		}
		for deadline := time.Now().Add(2 * time.Minute); b.webhook.LinesWith("] audited") == 0; time.Sleep(100 * time.Millisecond) {
			if time.Now().After(deadline) {
				harness.Fatal("no audit has ended; the last lines are:\n%s", b.webhook.LastLines(20))
			}
		}
		auditing = append(auditing, b.each(b.webhook.Resident()))
		cpu = append(cpu, float64(b.webhook.Number("cpu_milliseconds="))/1000)
		b.stop()
	}
	label, key := fmt.Sprintf("%d runs, one in %d active, audit in the server", b.runs, share), fmt.Sprintf("serverAuditOneIn%d", share)
	bytes := (middle(auditing) - middle(resident)) * float64(b.runs)
	b.row(key+"Bytes", bytes, label+": resident beyond that", "%.1f MB", bytes/1e6)
	b.row(key+"Seconds", middle(cpu), label+": CPU time of a round", "%.2f s", middle(cpu))
	if share == 1 {
		b.reviews("reviewsWithoutAudit", fmt.Sprintf("reviews at 500/s, no audit, the middle of %d", turns), typical(without))
		b.reviews("reviewsWhileAuditing", "by turns with these, while a round of 30 s goes on", typical(with))
	}
}

// middle is the median.
func middle(figures []float64) float64 {
	sort.Float64s(figures)
	return figures[len(figures)/2]
}

// typical is the result whose p99.9 is the median.
func typical(results []*apiserver.Result) *apiserver.Result {
	sort.Slice(results, func(one, other int) bool { return results[one].Call.P999 < results[other].Call.P999 })
	return results[len(results)/2]
}

// audit measures what judging everything that the API server has takes, in a process of its own.
func (b *bench) audit(key, label string) {
	command := exec.Command(b.Server, "audit", "--kubeconfig", b.Path(fmt.Sprintf("kubeconfig-%d", b.started)), "--quiet")
	began := time.Now()
	// It exits with 1 where something is denied.
	if err := command.Run(); command.ProcessState == nil || command.ProcessState.ExitCode() > 1 {
		harness.Fatal("the audit failed: %v", err)
	}
	took, state := time.Since(began), command.ProcessState
	cpu, most := (state.UserTime() + state.SystemTime()).Seconds(), int(state.SysUsage().(*syscall.Rusage).Maxrss)
	b.row(key+"Seconds", cpu, label+": CPU time", "%.2f s", cpu)
	b.row(key+"WallSeconds", took.Seconds(), label+": time", "%.2f s", took.Seconds())
	b.row(key+"Bytes", most*1024, label+": resident at most", "%s", megabytes(most))
}

// ask asks for 500 reviews a second for twenty seconds.
func (b *bench) ask() *apiserver.Result {
	result, err := apiserver.Start(apiserver.Options{
		Workers: 8, Rate: 500, Duration: 20 * time.Second, CA: b.Path("certs", "ca.crt"), Errors: 5,
	}, harness.Local(b.port)).Wait()
	harness.Must(err)
	return result
}

func (b *bench) reviews(key, what string, result *apiserver.Result) {
	b.row(key, result, what, "%v, %d failed", result.Call, result.Failed+result.Wrong)
}

// row adds a figure and its line of the table.
func (b *bench) row(key string, figure any, what, format string, values ...any) {
	b.figures[key] = figure
	b.table.Row(what, format, values...)
}

// each is what a run takes, in bytes, of so many KiB.
func (b *bench) each(kibibytes int) float64 { return float64(kibibytes) * 1024 / float64(b.runs) }

func megabytes(kibibytes int) string { return fmt.Sprintf("%.1f MB", float64(kibibytes)*1024/1e6) }
