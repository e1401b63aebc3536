package io.jenkins.plugins.mlops.core.workload;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import java.util.ArrayList;
import java.util.List;

/** The volumes of an attempt's pods: the one that all containers share, /dev/shm in memory, a cache of data, mounted datasets. */
final class PodVolumes {

    private static final String SHARED = "mlops";
    private static final String SHM = "shm";
    private static final String CACHE = "cache";
    private static final String CLAIM = "dataset-";

    private final Workload workload;

    PodVolumes(Workload workload) {
        this.workload = workload;
    }

    List<Volume> volumes() {
        List<Volume> volumes = new ArrayList<>();
        volumes.add(new VolumeBuilder()
                .withName(SHARED)
                .withNewEmptyDir()
                .endEmptyDir()
                .build());
        volumes.addAll(shm());
        if (cache() != null) {
            volumes.add(cacheVolume(cache()));
        }
        List<String> claims = claims();
        for (int i = 0; i < claims.size(); i++) {
            volumes.add(new VolumeBuilder()
                    .withName(CLAIM + i)
                    .withNewPersistentVolumeClaim(claims.get(i), true)
                    .build());
        }
        return volumes;
    }

    /** /dev/shm in memory; none where the runtime's own is enough. */
    List<Volume> shm() {
        return workload.resources().shm() == null
                ? List.of()
                : List.of(new VolumeBuilder()
                        .withName(SHM)
                        .withNewEmptyDir()
                        .withMedium("Memory")
                        .withSizeLimit(new Quantity(workload.resources().shm()))
                        .endEmptyDir()
                        .build());
    }

    List<VolumeMount> shmMount() {
        return workload.resources().shm() == null ? List.of() : List.of(mount(SHM, "/dev/shm", null, false));
    }

    static VolumeMount cacheMount() {
        return mount(CACHE, PodPlan.CACHE_ROOT, null, false);
    }

    static Volume cacheVolume(PodPlan.Cache cache) {
        VolumeBuilder volume = new VolumeBuilder().withName(CACHE);
        return cache.claim() != null
                ? volume.withNewPersistentVolumeClaim(cache.claim(), false).build()
                : volume.withNewHostPath(cache.hostPath(), "DirectoryOrCreate").build();
    }

    private PodPlan.Cache cache() {
        return workload.plan() == null ? null : workload.plan().cache();
    }

    private List<String> claims() {
        return workload.plan() == null
                ? List.of()
                : workload.plan().supplies().stream()
                        .filter(PodPlan.Supply::isMounted)
                        .map(PodPlan.Supply::claim)
                        .distinct()
                        .toList();
    }

    /** What the tool containers see. */
    List<VolumeMount> ofTools() {
        return mounts(false);
    }

    /** What the command sees: the cache it only reads, since what lies there others read too. */
    List<VolumeMount> ofCommand() {
        List<VolumeMount> mounts = mounts(true);
        mounts.addAll(shmMount());
        return mounts;
    }

    private List<VolumeMount> mounts(boolean readOnlyCache) {
        List<VolumeMount> mounts = new ArrayList<>();
        mounts.add(mount(SHARED, PodPlan.ROOT, null, false));
        if (cache() != null) {
            mounts.add(mount(CACHE, PodPlan.CACHE_ROOT, null, readOnlyCache));
        }
        List<String> claims = claims();
        if (workload.plan() != null) {
            for (PodPlan.Supply supply : workload.plan().supplies()) {
                if (supply.isMounted()) {
                    String path = PodPlan.ROOT + "/" + supply.into();
                    mounts.add(mount(CLAIM + claims.indexOf(supply.claim()), path, supply.subPath(), true));
                }
            }
        }
        return mounts;
    }

    private static VolumeMount mount(String volume, String path, String subPath, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(volume)
                .withMountPath(path)
                .withSubPath(subPath)
                .withReadOnly(readOnly ? true : null)
                .build();
    }
}
