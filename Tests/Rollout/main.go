// Restarts two replicas in turn under the load of an API server's client, for scripts/rollout, whose head has the flags. A replica
// is told to stop, awaited, and started again; then it is the other one's turn.
//
// Prints what became of the reviews as JSON. Exit code 1 when any failed or was answered wrong.
package main

import (
	"flag"
	"fmt"
	"time"

	harness "agentrun-admission/tests/Harness"
	"agentrun-admission/tests/Harness/apiserver"
)

type result struct {
	Restarts    int   `json:"restarts"`
	LongestStop int64 `json:"longestStopMilliseconds"`
	*apiserver.Result
}

func main() {
	restarts := flag.Int("restarts", 20, "how many restarts")
	delay := flag.Float64("drain-delay", 2, "seconds the server is given")
	workers := flag.Int("workers", 8, "reviews under way at once")
	rate := flag.Float64("rate", 400, "reviews a second in all; 0 for as many as are answered")
	http2 := flag.Bool("http2", false, "HTTP/2 instead of HTTP/1.1")
	server := flag.String("server", "", "the executable")
	harness.Parse("rollout")
	harness.Main("rollout", func(work *harness.Workplace) bool {
		work.Try(*server)
		work.Certificates("certs", "--dns", "localhost")
		ports := [2]int{harness.FreePort(), harness.FreePort()}
		start := func(replica int) *harness.Process {
			return work.Serve(fmt.Sprintf("%d.log", replica), ports[replica], "--metrics-port", "none", "--drain-delay",
				fmt.Sprint(*delay), "--tls-cert", work.Path("certs", "tls.crt"), "--tls-key", work.Path("certs", "tls.key"))
		}
		replicas := [2]*harness.Process{start(0), start(1)}
		load := apiserver.Start(apiserver.Options{
			CA: work.Path("certs", "ca.crt"), Workers: *workers, Rate: *rate, HTTP2: *http2, Duration: 24 * time.Hour,
			Readiness: 200 * time.Millisecond, Errors: 5,
		}, harness.Local(ports[0]), harness.Local(ports[1]))
		time.Sleep(time.Second)
		longest := time.Duration(0)
		for number := 0; number < *restarts; number++ {
			replica := number % 2
			before := time.Now()
			if code := replicas[replica].Stop(); code != 0 {
				harness.Fatal("replica %d ended with exit code %d", replica, code)
			}
			if took := time.Since(before); took > longest {
				longest = took
			}
			replicas[replica] = start(replica)
			// Until the load has heard of it: the other one is next.
			time.Sleep(500 * time.Millisecond)
		}
		load.Stop()
		reviews, err := load.Wait()
		harness.Must(err)
		harness.Print(result{*restarts, longest.Milliseconds(), reviews})
		return reviews.IsGood()
	})
}
