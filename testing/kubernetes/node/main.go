// Command node is a one-node Kubernetes for tests in one binary: its first argument says which part it is.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// kubernetes has the parts whose flags cobra reads.
var kubernetes = map[string]func() *cobra.Command{
	"apiserver":          apiserver.NewAPIServerCommand,
	"controller-manager": controllers.NewControllerManagerCommand,
	"scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kubelet":            func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
	"proxy":              proxy.NewProxyCommand,
	"kubectl":            cmd.NewDefaultKubectlCommand,
}

func main() {
	if len(os.Args) < 2 {
		fail("a part is wanted: etcd, gpus, apiserver, controller-manager, scheduler, kubelet, proxy or kubectl")
	}
	part := os.Args[1]
	os.Args = append([]string{filepath.Base(os.Args[0])}, os.Args[2:]...)
	switch part {
	case "etcd":
		etcdmain.Main(os.Args)
	case "gpus":
		if err := serveGPUs(os.Args[1:]); err != nil {
			fail(err.Error())
		}
	default:
		make, known := kubernetes[part]
		if !known {
			fail("there is no part " + part)
		}
		os.Exit(cli.Run(make()))
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "node: "+message)
	os.Exit(1)
}
