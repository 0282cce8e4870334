// Prints the functions of an executable in the order a linker should lay them out, from what valgrind's callgrind counted.
//
//	function-order -executable PATH [-at-least N] CALLGRIND-FILE...
//
// What the Swift runtime does all the time comes first. Then every function comes before what it calls, the most expensive
// call first, so that what runs one after the other stands one after the other. Functions of shared libraries are passed
// through, and left out like those that cost fewer than N instructions. One mangled name a line, as lld's
// --symbol-ordering-file takes them.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// function is one function of one object file.
type function struct{ object, name string }

// profile is what callgrind counted: instructions in each function itself, and in what it called.
type profile struct {
	own   map[function]int
	calls map[function]map[function]int
}

func main() {
	executable := flag.String("executable", "", "path of the executable, as callgrind saw it")
	atLeast := flag.Int("at-least", 1, "instructions below which a function is left out")
	flag.Parse()
	if *executable == "" || flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	counted := profile{own: map[function]int{}, calls: map[function]map[function]int{}}
	for _, path := range flag.Args() {
		if err := counted.read(path); err != nil {
			fmt.Fprintln(os.Stderr, "function-order:", err)
			os.Exit(1)
		}
	}
	for _, name := range counted.order(*executable, *atLeast) {
		fmt.Println(name)
	}
}

// named matches "fn=(12) name" and "fn=(12)", which repeats a name.
var named = regexp.MustCompile(`^(c?fn|c?ob)=\((\d+)\)(?: (.*))?$`)

// recursion is what callgrind puts behind a function that calls itself.
var recursion = regexp.MustCompile(`'\d+$`)

// read adds the counts of a file in callgrind's format (valgrind's manual, "Callgrind Format Specification").
func (p *profile) read(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	functions, objects := map[string]string{}, map[string]string{}
	var object, calledObject string
	var current, called function
	isCall := false
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if match := named.FindStringSubmatch(line); match != nil {
			texts := functions
			if strings.HasSuffix(match[1], "ob") {
				texts = objects
			}
			if match[3] != "" {
				texts[match[2]] = strings.TrimSpace(match[3])
			}
			text := recursion.ReplaceAllString(texts[match[2]], "")
			switch match[1] {
			case "ob":
				object = text
			case "cob":
				calledObject = text
			case "fn":
				current = function{object, text}
			case "cfn":
				// Without a line of its own the object is the caller's.
				if calledObject == "" {
					calledObject = object
				}
				called, calledObject = function{calledObject, text}, ""
			}
			continue
		}
		if strings.HasPrefix(line, "calls=") {
			isCall = true
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 2 || !strings.ContainsAny(line[:1], "0123456789+-*") {
			continue
		}
		count, err := strconv.Atoi(fields[1])
		if err != nil {
			return fmt.Errorf("%s: not a count: %q", path, line)
		}
		if !isCall {
			p.own[current] += count
			continue
		}
		isCall = false
		if p.calls[current] == nil {
			p.calls[current] = map[function]int{}
		}
		p.calls[current][called] += count
	}
	return lines.Err()
}

// runtimeCount is how many of the most expensive functions are looked at for the runtime's.
const runtimeCount = 60

func (p *profile) order(executable string, atLeast int) []string {
	var names []string
	seen := map[function]bool{}
	listed := map[string]bool{}
	add := func(f function) {
		seen[f] = true
		if f.object != executable || p.own[f] < atLeast || strings.HasPrefix(f.name, "0x") || listed[f.name] {
			return
		}
		listed[f.name] = true
		names = append(names, f.name)
	}
	hottest := sorted(p.own)
	for i := 0; i < len(hottest) && i < runtimeCount; i++ {
		for _, prefix := range []string{"swift_", "_swift", "_ZN"} {
			if strings.HasPrefix(hottest[i].name, prefix) {
				add(hottest[i])
			}
		}
	}
	var visit func(f function)
	visit = func(f function) {
		if seen[f] {
			return
		}
		add(f)
		for _, called := range sorted(p.calls[f]) {
			visit(called)
		}
	}
	total := map[function]int{}
	for f, calls := range p.calls {
		for _, count := range calls {
			total[f] += count
		}
	}
	for _, root := range sorted(total) {
		visit(root)
	}
	return names
}

// sorted lists functions by their counts, the largest first, and equal ones by name, so that the order is always the same.
func sorted(counts map[function]int) []function {
	functions := make([]function, 0, len(counts))
	for f := range counts {
		functions = append(functions, f)
	}
	sort.Slice(functions, func(i, j int) bool {
		a, b := functions[i], functions[j]
		if counts[a] != counts[b] {
			return counts[a] > counts[b]
		}
		return a.name < b.name
	})
	return functions
}
