package io.jenkins.plugins.mlops.event;

import hudson.ExtensionList;
import hudson.model.Queue;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.RunListener;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import jenkins.model.Jenkins;
import org.jvnet.hudson.test.JenkinsRule;

/** Holds Jenkins' queue still, so that a test can kill the controller before or while something is in it. */
final class HeldQueue {

    private HeldQueue() {}

    /** Nothing gets into the queue while another thread holds its lock. */
    static void lock(JenkinsRule controller) throws Throwable {
        CountDownLatch locked = new CountDownLatch(1);
        Thread holder = new Thread(() -> Queue.withLock(() -> {
            locked.countDown();
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        holder.setDaemon(true);
        holder.start();
        locked.await();
    }

    /** Items do not start, and the queue is not written. */
    static void keep(JenkinsRule controller) throws Throwable {
        Jenkins.get().doQuietDown();
    }

    /** Builds begin, and are Pipelines never. */
    static void keepBeginning(JenkinsRule controller) throws Throwable {
        ExtensionList.lookup(RunListener.class).add(new RunListener<Run<?, ?>>() {
            @Override
            public void onStarted(Run<?, ?> build, TaskListener listener) {
                try {
                    build.save();
                    Thread.sleep(Long.MAX_VALUE);
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        });
    }
}
