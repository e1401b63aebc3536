package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	api "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"
)

// serveGPUs is a device plugin for devices that are not there: each argument is RESOURCE=COUNT, such as nvidia.com/gpu=8.
// It registers again whenever the kubelet has made its socket anew, and does not end by itself.
func serveGPUs(arguments []string) error {
	var plugins []*fakeDevices
	for _, argument := range arguments {
		resource, number, found := strings.Cut(argument, "=")
		count, err := strconv.Atoi(number)
		if !found || err != nil {
			return fmt.Errorf("%q is not RESOURCE=COUNT", argument)
		}
		plugins = append(plugins, &fakeDevices{resource: resource, count: count})
	}
	var registered time.Time
	for ; ; time.Sleep(500 * time.Millisecond) {
		socket, err := os.Stat(api.KubeletSocket)
		if err != nil || socket.ModTime().Equal(registered) {
			continue
		}
		for _, plugin := range plugins {
			if err = plugin.register(); err != nil {
				break
			}
		}
		if err == nil {
			registered = socket.ModTime()
		} else {
			fmt.Fprintln(os.Stderr, "gpus: "+err.Error())
		}
	}
}

// fakeDevices offers a number of devices of one resource. A container that is given some finds their ids in
// FAKE_DEVICES, and the libraries of CUDA none.
type fakeDevices struct {
	api.UnimplementedDevicePluginServer
	resource string
	count    int
	server   *grpc.Server
}

func (d *fakeDevices) register() error {
	endpoint := "fake-" + strings.NewReplacer("/", "-", ".", "-").Replace(d.resource) + ".sock"
	socket := filepath.Join(api.DevicePluginPath, endpoint)
	if d.server != nil {
		d.server.Stop()
	}
	if err := os.RemoveAll(socket); err != nil {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	d.server = grpc.NewServer()
	api.RegisterDevicePluginServer(d.server, d)
	go d.server.Serve(listener)
	connection, err := grpc.NewClient("unix://"+api.KubeletSocket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	limit, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err = api.NewRegistrationClient(connection).Register(limit, &api.RegisterRequest{
		Version: api.Version, Endpoint: endpoint, ResourceName: d.resource, Options: &api.DevicePluginOptions{},
	})
	return err
}

func (d *fakeDevices) GetDevicePluginOptions(context.Context, *api.Empty) (*api.DevicePluginOptions, error) {
	return &api.DevicePluginOptions{}, nil
}

func (d *fakeDevices) ListAndWatch(_ *api.Empty, stream grpc.ServerStreamingServer[api.ListAndWatchResponse]) error {
	answer := &api.ListAndWatchResponse{}
	for i := 0; i < d.count; i++ {
		answer.Devices = append(answer.Devices, &api.Device{ID: fmt.Sprintf("fake-%d", i), Health: api.Healthy})
	}
	if err := stream.Send(answer); err != nil {
		return err
	}
	<-stream.Context().Done()
	return nil
}

func (d *fakeDevices) Allocate(_ context.Context, request *api.AllocateRequest) (*api.AllocateResponse, error) {
	answer := &api.AllocateResponse{}
	for _, container := range request.ContainerRequests {
		ids := strings.Join(container.DevicesIds, ",")
		answer.ContainerResponses = append(answer.ContainerResponses,
			&api.ContainerAllocateResponse{Envs: map[string]string{"FAKE_DEVICES": ids}})
	}
	return answer, nil
}

func (d *fakeDevices) PreStartContainer(context.Context, *api.PreStartContainerRequest) (*api.PreStartContainerResponse, error) {
	return &api.PreStartContainerResponse{}, nil
}

func (d *fakeDevices) GetPreferredAllocation(context.Context, *api.PreferredAllocationRequest) (*api.PreferredAllocationResponse, error) {
	return &api.PreferredAllocationResponse{}, nil
}
