// SPDX-License-Identifier: MIT

// What a static Go program needs of a kernel, each as one check: threads on all CPUs, asynchronous
// preemption, the network poller, os/exec, signals, timers. Runs as /init; says SEEN and powers off.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var passed, failed int

func check(name string, f func() error) {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		if err != nil {
			failed++
			fmt.Printf("FAIL %s: %v\n", name, err)
			return
		}
		passed++
		fmt.Printf("ok %s\n", name)
	case <-time.After(60 * time.Second):
		failed++
		fmt.Printf("FAIL %s: hangs\n", name)
	}
}

func allCPUs() error {
	n := runtime.NumCPU()
	var wg sync.WaitGroup
	var sum atomic.Int64
	for i := 0; i < 4*n; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for k := 0; k < 2000000; k++ {
				if k%1000 == 0 {
					sum.Add(1)
				}
			}
		}()
	}
	wg.Wait()
	if got, want := sum.Load(), int64(4*n*2000); got != want {
		return fmt.Errorf("sum %d, not %d", got, want)
	}
	return nil
}

func preemption() error {
	old := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(old)
	var stop atomic.Bool
	go func() {
		time.Sleep(20 * time.Millisecond)
		stop.Store(true)
	}()
	for x := 0; !stop.Load(); {
		for k := 0; k < 1000; k++ { // no call in here: only a signal gets the processor back
			x += k
		}
	}
	return nil
}

func collector() error {
	var m0, m1 runtime.MemStats
	runtime.ReadMemStats(&m0)
	keep := make([][]byte, 64)
	for i := 0; i < 4000; i++ {
		keep[i%64] = make([]byte, 64<<10)
		keep[i%64][i] = 1
	}
	runtime.GC()
	runtime.ReadMemStats(&m1)
	if m1.NumGC == m0.NumGC {
		return fmt.Errorf("no collection")
	}
	return nil
}

func poller() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	go func() {
		time.Sleep(10 * time.Millisecond)
		w.Write([]byte("late"))
		w.Close()
	}()
	b, err := io.ReadAll(r)
	if err != nil || string(b) != "late" {
		return fmt.Errorf("%q %v", b, err)
	}
	return nil
}

func unixSocket() error {
	l, err := net.Listen("unix", "/tmp/sock")
	if err != nil {
		return err
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go io.Copy(c, c)
		}
	}()
	var wg sync.WaitGroup
	errs := make(chan error, 16)
	for i := 0; i < 16; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := net.Dial("unix", "/tmp/sock")
			if err != nil {
				errs <- err
				return
			}
			defer c.Close()
			msg := bytes.Repeat([]byte{byte(i)}, 1000)
			back := make([]byte, 1000)
			for k := 0; k < 20; k++ {
				if _, err = c.Write(msg); err == nil {
					_, err = io.ReadFull(c, back)
				}
				if err != nil || !bytes.Equal(msg, back) {
					errs <- fmt.Errorf("echo %d: %v", i, err)
					return
				}
			}
		}()
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

func children() error {
	var wg sync.WaitGroup
	errs := make(chan error, 20)
	for i := 0; i < 20; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			out, err := exec.Command("/bin/sh", "-c", fmt.Sprintf("echo %d | cat; exit %d", i, i%3)).Output()
			status := 0
			if e, ok := err.(*exec.ExitError); ok {
				status, err = e.ExitCode(), nil
			}
			if err != nil || strings.TrimSpace(string(out)) != fmt.Sprint(i) || status != i%3 {
				errs <- fmt.Errorf("child %d: %q status %d %v", i, out, status, err)
			}
		}()
	}
	wg.Wait()
	close(errs)
	return <-errs
}

func killed() error {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	err := exec.CommandContext(ctx, "/bin/sleep", "100").Run()
	if err == nil || !strings.Contains(err.Error(), "killed") {
		return fmt.Errorf("%v", err)
	}
	return nil
}

func signals() error {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	defer signal.Stop(c)
	for i := 0; i < 100; i++ {
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		if s := <-c; s != syscall.SIGUSR1 {
			return fmt.Errorf("%v", s)
		}
	}
	return nil
}

func timers() error {
	begin := time.Now()
	tick := time.NewTicker(5 * time.Millisecond)
	for i := 0; i < 20; i++ {
		<-tick.C
	}
	if d := time.Since(begin); d < 95*time.Millisecond {
		return fmt.Errorf("20 ticks of 5 ms in %v", d)
	}
	var wg sync.WaitGroup
	for i := 0; i < 1000; i++ {
		wg.Add(1)
		time.AfterFunc(time.Duration(i%50)*time.Millisecond, wg.Done)
	}
	wg.Wait()
	return nil
}

func deadline() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer w.Close()
	r.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if _, err = r.Read(make([]byte, 1)); !os.IsTimeout(err) {
		return fmt.Errorf("%v", err)
	}
	return nil
}

func files() error {
	var wg sync.WaitGroup
	errs := make(chan error, 32)
	for i := 0; i < 32; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			name := fmt.Sprintf("/tmp/f%d", i)
			body := bytes.Repeat([]byte(name), 5000)
			if err := os.WriteFile(name, body, 0o600); err != nil {
				errs <- err
				return
			}
			back, err := os.ReadFile(name)
			if err != nil || !bytes.Equal(back, body) || os.Remove(name) != nil {
				errs <- fmt.Errorf("%s: %v", name, err)
			}
		}()
	}
	wg.Wait()
	close(errs)
	return <-errs
}

func main() {
	os.Stdout.WriteString("go " + runtime.Version() + "\n")
	check("all-cpus", allCPUs)
	check("preemption", preemption)
	check("collector", collector)
	check("poller", poller)
	check("unix-socket", unixSocket)
	check("children", children)
	check("killed", killed)
	check("signals", signals)
	check("timers", timers)
	check("deadline", deadline)
	check("files", files)
	if failed == 0 {
		fmt.Printf("SEEN all %d checks\n", passed)
	}
	syscall.Reboot(syscall.LINUX_REBOOT_CMD_POWER_OFF)
}
