package io.jenkins.plugins.mlops.step;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import hudson.util.ClassLoaderSanityThreadFactory;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that all steps share. Work of the controller gets a bounded number, so that many builds at once queue instead of
 * exhausting Jenkins. A thread for work of an agent only waits for it, often for long, so these are many, and others: they must not
 * keep the controller's work waiting. Of them one agent gets a part, so that one that hangs does not keep the work of the others
 * waiting. What finds none of them free waits until one is.
 */
public final class StepThreads {

    private static final int CONTROLLER_THREADS = 64;
    private static final int AGENT_THREADS = 512;
    private static final int ONE_AGENT_THREADS = 64;

    private static final ExecutorService CONTROLLER =
            pool(CONTROLLER_THREADS, CONTROLLER_THREADS, new LinkedBlockingQueue<>(), "MLOps Pipeline step");
    private static final ExecutorService AGENTS =
            pool(AGENT_THREADS, AGENT_THREADS, new LinkedBlockingQueue<>(), "MLOps Pipeline step on an agent");

    /** A lane lives as long as work is in it: the pool holds it then. */
    private static final Cache<String, Lane> LANES =
            CacheBuilder.newBuilder().weakValues().build();

    private static final Cache<String, Lane> LANES_OF_AGENTS =
            CacheBuilder.newBuilder().weakValues().build();

    private StepThreads() {}

    /** Work of the controller. */
    public static Future<?> submit(Runnable work) {
        return CONTROLLER.submit(work);
    }

    /** Work for which agents are waited, and no step waits for. */
    public static Future<?> submitForAgents(Runnable work) {
        return AGENTS.submit(work);
    }

    /** Work of one agent, begun in the order of arrival. @param node its name; "" is the built-in node */
    static Future<?> submitForAgent(Runnable work, String node) {
        return submit(work, node, LANES_OF_AGENTS, AGENTS, ONE_AGENT_THREADS);
    }

    /** Work of the controller, one after the other in the order of arrival; what waits for its turn holds no thread. */
    public static Future<?> submitInLane(Runnable work, String lane) {
        return submit(work, lane, LANES, CONTROLLER, 1);
    }

    private static Future<?> submit(Runnable work, String lane, Cache<String, Lane> lanes, Executor pool, int width) {
        FutureTask<Void> task = new FutureTask<>(work, null);
        lanes.asMap().computeIfAbsent(lane, name -> new Lane(pool, width)).add(task);
        return task;
    }

    /** Daemon threads that Jenkins can tell by their name, none of them kept for long without work. */
    public static ExecutorService pool(int core, int most, BlockingQueue<Runnable> queue, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(core, most, 1, TimeUnit.MINUTES, queue, factory(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Makes daemon threads that Jenkins can tell by their name, which hold no class loader of whoever was first to need them. */
    public static ThreadFactory factory(String name) {
        return new NamingThreadFactory(new ClassLoaderSanityThreadFactory(new DaemonThreadFactory()), name);
    }
}
