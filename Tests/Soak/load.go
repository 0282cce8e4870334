package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	harness "agentrun-admission/tests/Harness"
	"agentrun-admission/tests/Harness/apiserver"
)

// prepare makes the certificates and policies that take turns, and starts an API server that lets its clients list again.
func (s *soak) prepare() {
	harness.Say("Starting ...")
	var authorities []byte
	for _, pair := range []string{"one", "two"} {
		s.Certificates(pair, "--dns", "localhost", "--ip", "127.0.0.1")
		authority, err := os.ReadFile(s.Path(pair, "ca.crt"))
		harness.Must(err)
		authorities = append(authorities, authority...)
	}
	s.Write("authorities.crt", authorities)
	s.choose(0)
	s.FakeAPI(s.api, "api.log", "kubeconfig", "--runs", fmt.Sprint(runs), "--relist-every", "30")
}

// choose puts one of two policies and, every fifth time, of two certificates in place, as mounted ConfigMaps and Secrets change.
func (s *soak) choose(turn int) {
	if turn == 0 {
		s.Write("one.yaml", s.Run(s.Server, "policy", "show"))
	}
	policy, err := os.ReadFile(s.Path("one.yaml"))
	harness.Must(err)
	if turn%2 == 1 {
		policy = []byte(strings.Replace(string(policy), "\n  name: ", "\n  name: another-", 1))
	}
	s.Write("policy.yaml", policy)
	if turn%5 == 0 {
		pair := [2]string{"one", "two"}[turn/5%2]
		harness.Must(os.Symlink(s.Path(pair), s.Path("certs.new")))
		harness.Must(os.Rename(s.Path("certs.new"), s.Path("certs")))
	}
}

func (s *soak) replica(log string, port int, arguments ...string) *harness.Process {
	return s.Serve(log, port, append([]string{
		"--drain-delay", "0", "--kubeconfig", s.Path("kubeconfig"), "--claims", "none", "--tls-cert", s.Path("certs", "tls.crt"),
		"--tls-key", s.Path("certs", "tls.key"), "--policy", s.Path("policy.yaml"),
	}, arguments...)...)
}

// underLoad asks at 70% of what is answered when asked without pause, while the policy changes every second, the certificate every
// five, all runs are listed again every thirty, and a client vanishes in the middle of a body every second.
func (s *soak) underLoad(minutes int) part {
	port := harness.FreePort()
	address, authorities := harness.Local(port), s.Path("authorities.crt")
	replica := s.replica("webhook.log", port, "--metrics-port", "none", "--log-level", "notice")
	capacity := math.Floor(ask(apiserver.Options{CA: authorities, Workers: 8, Duration: 10 * time.Second}, address).PerSecond)
	rate := math.Floor(capacity * 0.7)
	harness.Say("Load for %d minutes at %v reviews a second ...", minutes, rate)
	duration := time.Duration(minutes) * time.Minute
	load := begin(apiserver.Options{CA: authorities, Workers: 16, Rate: rate, Duration: duration, Vanish: time.Second}, address)
	var residentFirst, descriptorsFirst int
	look := int(aMinute(duration) / time.Second)
	for second := 1; second <= minutes*60; second++ {
		time.Sleep(time.Second)
		s.choose(second)
		if second == look {
			residentFirst, descriptorsFirst = usage(replica)
		}
	}
	reviews := await(load)
	// What the last vanished clients left is closed.
	time.Sleep(12 * time.Second)
	resident, descriptors := usage(replica)
	policies, certificates := replica.LinesWith("what=policy"), replica.LinesWith("what=certificate")
	refused := replica.LinesWith("cannot reload")
	replica.Stop()

	table := harness.Table{Columns: []string{fmt.Sprintf("under load, %d minutes", minutes), ""}}
	table.Row("measured", "%s", harness.Today())
	table.Row("capacity (asked without pause, 8 at once)", "%v reviews/s", capacity)
	table.Row("asked", "%v reviews/s, %d answered in all", rate, reviews.Answered)
	table.Row("failed, wrong", "%d, %d", reviews.Failed, reviews.Wrong)
	table.Row("answered in, p50 / p99 / p99.9 / max", "%v", reviews.Call)
	table.Row("policies, certificates put to use; refused", "%d, %d; %d", policies, certificates, refused)
	table.Row("resident after a minute, at the end", "%s, %s", harness.MiB(residentFirst), harness.MiB(resident))
	table.Row("descriptors after a minute, at the end", "%d, %d", descriptorsFirst, descriptors)
	return part{"under load", reviews.IsGood(), map[string]any{
		"capacity": capacity, "rate": rate, "reviews": reviews, "policies": policies, "certificates": certificates,
		"refused": refused, "residentKiB": []int{residentFirst, resident}, "descriptors": []int{descriptorsFirst, descriptors},
	}, table}
}

// overload asks two replicas five times what both take in at once.
func (s *soak) overload(seconds int) part {
	harness.Say("Overload for %d s ...", seconds)
	ports := [2]int{harness.FreePort(), harness.FreePort()}
	metrics := harness.FreePort()
	limits := []string{"--max-in-flight", "16", "--log-level", "warning", "--metrics-port"}
	s.replica("first.log", ports[0], append(limits, fmt.Sprint(metrics))...)
	s.replica("second.log", ports[1], append(limits, "none")...)
	addresses := []string{harness.Local(ports[0]), harness.Local(ports[1])}
	options := apiserver.Options{CA: s.Path("authorities.crt"), Workers: 2, Rate: 200, Duration: 10 * time.Second}
	unloaded := ask(options, addresses...)
	options.Workers, options.Rate, options.Duration = 160, 0, time.Duration(seconds)*time.Second
	reviews := ask(options, addresses...)
	within := quantileBound(harness.Metrics(metrics), "agentrun_admission_review_duration_seconds_bucket", 0.99) * 1000

	table := harness.Table{Columns: []string{
		fmt.Sprintf("overload, %d s, two replicas of 16 in flight, 160 at once", seconds), "",
	}}
	table.Row("measured", "%s", harness.Today())
	table.Row("answered", "%.0f reviews/s, %d in all", math.Floor(reviews.PerSecond), reviews.Answered)
	table.Row("errors a user would have seen", "%d", reviews.Failed+reviews.Wrong)
	table.Row("turned away with 503 and asked again", "%d", reviews.Retried)
	table.Row("a call that was answered, p50 / p99 / p99.9 / max", "%v", reviews.Call)
	table.Row("99% of the reviews of one replica, from head to answer", "within %v ms", within)
	table.Row("the same call without overload (200/s)", "%v", unloaded.Call)
	return part{"overload", reviews.IsGood(), map[string]any{
		"reviews": reviews, "unloaded": unloaded, "withinMilliseconds": within,
	}, table}
}

// quantileBound is the least bound of a histogram that the share of its samples is within.
func quantileBound(samples map[string]float64, name string, share float64) float64 {
	least, all := math.Inf(1), samples[name+`{le="+Inf"}`]
	for sample, count := range samples {
		bound, is := cutLabel(sample, name)
		if is && bound < least && count >= all*share {
			least = bound
		}
	}
	return least
}

func cutLabel(sample, name string) (float64, bool) {
	if !strings.HasPrefix(sample, name+`{le="`) {
		return 0, false
	}
	bound, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimPrefix(sample, name+`{le="`), `"}`), 64)
	return bound, err == nil
}
