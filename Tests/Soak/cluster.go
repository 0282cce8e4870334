package main

import (
	"fmt"
	"strings"
	"time"

	harness "agentrun-admission/tests/Harness"
	"agentrun-admission/tests/Harness/apiserver"
)

const (
	// What every request to the API server waits, in milliseconds.
	latency = 100
	host    = "agentrun-admission.agents.svc"
	// How often the bearer token changes, in seconds.
	tokenSeconds = 20
)

// cluster runs two replicas that keep their certificate in the cluster and claim branches, and an API server that is slow. An
// authority lives for a minute, a bearer token for twenty seconds, and somebody has put an authority of his own into the bundle of
// one webhook, and does so again each minute.
func (s *soak) cluster(minutes int) part {
	harness.Say("Two replicas, claims and a slow API server for %d minutes ...", minutes)
	s.Certificates("api", "--dns", "localhost", "--ip", "127.0.0.1")
	_, url := s.FakeAPI(s.api, "cluster-api.log", "cluster.kubeconfig", "--runs", fmt.Sprint(runs), "--relist-every", "30",
		"--latency", fmt.Sprint(latency), "--token-file", s.Path("token"), "--renew-token-every", fmt.Sprint(tokenSeconds),
		"--tls-cert", s.Path("api", "tls.crt"), "--tls-key", s.Path("api", "tls.key"), "--tls-ca", s.Path("api", "ca.crt"))
	bundles := &bundles{s, url, s.trusting("api/ca.crt"), foreignAuthority()}
	bundles.register()
	var replicas []*harness.Process
	ports, metrics := [2]int{harness.FreePort(), harness.FreePort()}, [2]int{harness.FreePort(), harness.FreePort()}
	for index, port := range ports {
		replicas = append(replicas, s.Start(fmt.Sprintf("cluster-%d.log", index), s.Server, "serve", "--host", "127.0.0.1",
			"--port", fmt.Sprint(port), "--metrics-port", fmt.Sprint(metrics[index]), "--drain-delay", "0", "--log-level", "notice",
			"--kubeconfig", s.Path("cluster.kubeconfig"), "--self-managed-certs", "--service-namespace", "agents",
			"--certs-lifetime", "30s", "--certs-authority-lifetime", "60s", "--certs-settle", "5s"))
	}
	published := make(chan struct{})
	go bundles.publish(published)
	for index, port := range ports {
		replicas[index].WaitReady("https://" + harness.Local(port) + "/readyz")
	}
	<-published
	go bundles.plant()
	duration := time.Duration(minutes) * time.Minute
	// Twenty runs a second, each on a branch of its own and over a connection of its own, which has to be trusted.
	load := begin(apiserver.Options{
		CA: s.Path("bundle.crt"), Name: host, Workers: 32, Rate: 20, Real: true, Fresh: true, Duration: duration, Vanish: time.Second,
	}, harness.Local(ports[0]), harness.Local(ports[1]))
	time.Sleep(aMinute(duration))
	residentFirst, descriptorsFirst := usage(replicas...)
	reviews := await(load)
	time.Sleep(12 * time.Second)
	resident, descriptors := usage(replicas...)
	lines := func(texts ...string) int { return replicas[0].LinesWith(texts...) + replicas[1].LinesWith(texts...) }
	claims := func(outcome string) (sum int) {
		for _, port := range metrics {
			for sample, value := range harness.Metrics(port) {
				if strings.HasPrefix(sample, "agentrun_admission_claims_total") && strings.Contains(sample, `"`+outcome+`"`) {
					sum += int(value)
				}
			}
		}
		return sum
	}
	claimed, unavailable, given := claims("acquired"), claims("unavailable"), claims("released")+claims("expired")
	authorities := lines("what=a new authority", "a first authority")
	certificates := lines("what=a new certificate", "certificate of the new authority")
	troubles, cut := lines(" warning ", " error "), lines("stream ended at an unexpected time")
	plantedIn := bundles.countPlanted()
	for _, replica := range replicas {
		replica.Stop()
	}

	table := harness.Table{Columns: []string{fmt.Sprintf("two replicas, Leases, a slow API server, %d minutes", minutes), ""}}
	table.Row("measured", "%s", harness.Today())
	table.Row("every request to the API server waits", "%d ms", latency)
	table.Row("asked", "20 runs/s, each over a new connection; %d answered in all", reviews.Answered)
	table.Row("failed, wrong", "%d, %d", reviews.Failed, reviews.Wrong)
	table.Row("answered in, p50 / p99 / p99.9 / max", "%v", reviews.Call)
	table.Row("branches claimed; could not be; given back", "%d; %d; %d", claimed, unavailable, given)
	table.Row("authorities, certificates made", "%d, %d", authorities, certificates)
	table.Row("bearer tokens", "%d", minutes*60/tokenSeconds)
	table.Row("bundles the planted authority is in, of three", "%d", plantedIn)
	table.Row("lines at level warning or error; of those, of watches that the API server cut", "%d; %d", troubles, cut)
	table.Row("resident after a minute, at the end (both)", "%s, %s", harness.MiB(residentFirst), harness.MiB(resident))
	table.Row("descriptors after a minute, at the end (both)", "%d, %d", descriptorsFirst, descriptors)
	return part{"cluster", reviews.IsGood(), map[string]any{
		"reviews": reviews, "claimed": claimed, "unavailable": unavailable, "givenBack": given, "authorities": authorities,
		"certificates": certificates, "plantedIn": plantedIn, "troubles": troubles, "cutWatches": cut,
		"residentKiB": []int{residentFirst, resident}, "descriptors": []int{descriptorsFirst, descriptors},
	}, table}
}
