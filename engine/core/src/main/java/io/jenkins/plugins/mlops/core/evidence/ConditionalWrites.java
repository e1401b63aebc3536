package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Finds out whether a place keeps the promise of {@link WriteOnce}: some object stores take a conditional write and ignore
 * its condition. The probe writes one small object below {@value #ROOM}, which stays.
 */
final class ConditionalWrites {

    static final String ROOM = "probes/";

    private static final int WRITERS = 8;

    private final WriteOnce objects;

    ConditionalWrites(WriteOnce objects) {
        this.objects = objects;
    }

    /** @throws MlopsException of kind FAILED when not exactly one of several writers wins, at once or one after the other */
    void probe() {
        String name = ROOM + UUID.randomUUID() + ".json";
        List<byte[]> offers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            offers.add(("{\"writer\": " + i + "}\n").getBytes(StandardCharsets.UTF_8));
        }
        List<byte[]> winners = race(name, offers);
        if (winners.size() != 1) {
            throw broken(winners.size() + " of " + WRITERS
                    + " writers who wrote one object at once were told that it is theirs");
        }
        boolean late = objects.add(name, "{\"writer\": \"late\"}\n".getBytes(StandardCharsets.UTF_8));
        byte[] kept = objects.read(name).orElse(new byte[0]);
        if (late || !Arrays.equals(kept, winners.get(0))) {
            throw broken("an object that was there was overwritten");
        }
    }

    private List<byte[]> race(String name, List<byte[]> offers) {
        ExecutorService writers = Executors.newFixedThreadPool(offers.size());
        try {
            List<Future<Boolean>> answers = new ArrayList<>();
            for (byte[] offer : offers) {
                answers.add(writers.submit(() -> objects.add(name, offer)));
            }
            List<byte[]> winners = new ArrayList<>();
            for (int i = 0; i < offers.size(); i++) {
                if (answers.get(i).get()) {
                    winners.add(offers.get(i));
                }
            }
            return winners;
        } catch (InterruptedException e) {
            throw MlopsException.interrupted("The probe of the evidence store");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MlopsException ours) {
                throw ours;
            }
            throw new IllegalStateException("the probe of the evidence store broke off", e.getCause());
        } finally {
            writers.shutdownNow();
        }
    }

    private MlopsException broken(String what) {
        return MlopsException.failed("The store " + objects.location()
                + " does not honour conditional writes (If-None-Match): " + what
                + "; evidence needs a store that does, such as MinIO, Amazon S3 or versitygw");
    }
}
