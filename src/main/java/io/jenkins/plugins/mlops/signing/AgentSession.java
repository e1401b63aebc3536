package io.jenkins.plugins.mlops.signing;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.remoting.Channel;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.RequestSigner;
import io.jenkins.plugins.mlops.core.store.StoreRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The agent's side of {@link SignedWork}: a thread that works, and a desk at which its requests wait for a signature until the
 * controller asks for them. It never calls the controller.
 *
 * <p>States: open while the thread works; ended, with a report that the controller fetches; cancelled, by the controller or by
 * the loss of the connection, when the thread is interrupted and all that wait fail. Objects that are going to be read are asked
 * for ahead, up to a batch, so that the work seldom waits. Thread-safe.
 */
final class AgentSession implements RequestSigner {

    /** Most requests in one message. */
    static final int BATCH = 1000;

    /** With less than this ahead, more is asked for. */
    private static final int LOW = BATCH / 2;

    /** Objects are read by at most 256 threads, so one that is further behind was not read at all. */
    private static final int BEHIND = 300;

    /** A controller that is silent for so long has lost interest. */
    private static final long SILENCE_MINUTES = 10;

    /** The part of a URL's time after which it is not used any more. */
    private static final double USABLE = 0.8;

    private static final ConcurrentMap<String, AgentSession> OPEN = new ConcurrentHashMap<>();

    private final String id;
    private final SignedTask<?> task;
    private final Path directory;
    private final URI endpoint;
    private final Thread thread;

    /** Whose loss ends the session; null in the controller's own JVM. */
    @CheckForNull
    private final Channel channel;

    private final Channel.Listener loss = new Loss();

    private final Deque<SigningRequest> unsent = new ArrayDeque<>();
    private final Map<Long, Answer> awaited = new HashMap<>();
    private Window window = new Window(List.of(), new int[0]);
    private final AtomicLong lastId = new AtomicLong();
    private long heardNanos = System.nanoTime();
    private boolean cancelled;
    private SessionReport end;

    /** An answer that is awaited, or there. */
    private static final class Answer {
        private SignedUrl signed;
        private long usableUntilNanos;

        boolean isUsable(URI refused) {
            return signed == null
                    || signed.url == null
                    || usableUntilNanos - System.nanoTime() > 0
                            && (refused == null || !signed.url.equals(refused.toString()));
        }
    }

    private AgentSession(String id, SignedTask<?> task, Path directory, URI endpoint, @CheckForNull Channel channel) {
        this.id = id;
        this.channel = channel;
        this.task = task;
        this.directory = directory;
        this.endpoint = endpoint;
        this.thread = new Thread(this::work, "MLOps Pipeline session " + id);
        thread.setDaemon(true);
        thread.setContextClassLoader(task.getClass().getClassLoader());
    }

    /** Begins work. */
    static void begin(String id, SignedTask<?> task, Path directory, URI endpoint) {
        AgentSession session = new AgentSession(id, task, directory, endpoint, Channel.current());
        OPEN.put(id, session);
        if (session.channel != null) {
            session.channel.addListener(session.loss);
        }
        session.thread.start();
    }

    /** Nothing holds it from here on: it knows every object that was read, and the channel lives as long as the agent. */
    private void forget() {
        OPEN.remove(id);
        if (channel != null) {
            channel.removeListener(loss);
        }
    }

    /** The session of that id; null when there is none. */
    @CheckForNull
    static AgentSession find(String id) {
        return OPEN.get(id);
    }

    /** Ends the work when nobody can ask for its results any more. */
    private final class Loss extends Channel.Listener {
        @Override
        public void onClosed(Channel channel, IOException cause) {
            cancel();
        }
    }

    private void work() {
        SessionReport report;
        try (ObjectStore store = ObjectStore.signedBy(this, endpoint)) {
            report = SessionReport.done(result(store));
        } catch (MlopsException e) {
            report = SessionReport.ended(
                    e.kind() == MlopsException.Kind.INTERRUPTED
                            ? SessionReport.State.INTERRUPTED
                            : SessionReport.State.FAILED,
                    e.getMessage());
        } catch (AbortException e) {
            report = SessionReport.ended(SessionReport.State.FAILED, e.getMessage());
        } catch (InterruptedException e) {
            report = SessionReport.ended(SessionReport.State.INTERRUPTED, e.getMessage());
        } catch (IOException | RuntimeException | Error e) {
            report = SessionReport.broken(e);
        }
        synchronized (this) {
            end = report;
            notifyAll();
        }
    }

    private Serializable result(ObjectStore store) throws IOException, InterruptedException {
        return task.run(directory, store);
    }

    /**
     * Takes the controller's answers and waits for what it can do next.
     *
     * @param validityMillis how long the answers' URLs are valid
     * @param waitMillis how long at most
     */
    synchronized SessionReport exchange(List<SignedUrl> answers, long validityMillis, long waitMillis)
            throws InterruptedException {
        heardNanos = System.nanoTime();
        for (SignedUrl signed : answers) {
            Answer answer = awaited.remove(signed.id);
            if (answer != null) {
                answer.signed = signed;
                answer.usableUntilNanos = heardNanos + (long) (TimeUnit.MILLISECONDS.toNanos(validityMillis) * USABLE);
            }
        }
        notifyAll();
        long until = heardNanos + TimeUnit.MILLISECONDS.toNanos(waitMillis);
        while (end == null && unsent.isEmpty() && until - System.nanoTime() > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1_000_000, until - System.nanoTime()));
        }
        heardNanos = System.nanoTime();
        if (end != null) {
            forget();
            return end;
        }
        List<SigningRequest> wanted = new ArrayList<>();
        while (wanted.size() < BATCH && !unsent.isEmpty()) {
            wanted.add(unsent.remove());
        }
        return SessionReport.wanting(wanted);
    }

    /** Stops the work, from any thread; harmless when it has ended. */
    void cancel() {
        forget();
        synchronized (this) {
            cancelled = true;
            notifyAll();
        }
        thread.interrupt();
    }

    @Override
    public synchronized void expect(List<ObjectPin> objects, int[] numbers) {
        window = new Window(objects, numbers);
        window.fill(-1);
        notifyAll();
    }

    @Override
    public URI sign(StoreRequest request, URI refused) throws IOException {
        try {
            return await(answer(request, refused), request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a request was to be signed");
        }
    }

    private synchronized Answer answer(StoreRequest request, @CheckForNull URI refused) {
        boolean reads = request.readsObject();
        int place = reads || request.looksForFirstPart() ? window.place(request) : -1;
        if (place < 0) {
            return ask(SigningRequest.of(lastId.incrementAndGet(), request));
        }
        if (!reads) {
            return ask(SigningRequest.ofFirstPart(lastId.incrementAndGet(), window.numbers[place]));
        }
        window.fill(place);
        Answer ahead = window.take(place);
        return ahead != null && ahead.isUsable(refused)
                ? ahead
                : ask(SigningRequest.of(lastId.incrementAndGet(), window.numbers[place]));
    }

    private synchronized Answer ask(SigningRequest wanted) {
        Answer answer = new Answer();
        awaited.put(wanted.id(), answer);
        unsent.add(wanted);
        notifyAll();
        return answer;
    }

    private synchronized URI await(Answer answer, StoreRequest request) throws InterruptedException {
        while (answer.signed == null) {
            if (cancelled) {
                throw MlopsException.interrupted("Working on the agent");
            }
            if (System.nanoTime() - heardNanos > TimeUnit.MINUTES.toNanos(SILENCE_MINUTES)) {
                throw MlopsException.unreachable(
                        "Jenkins' controller has not been heard of for " + SILENCE_MINUTES
                                + " minutes, so nobody signs requests to the object store",
                        null);
            }
            wait(TimeUnit.SECONDS.toMillis(10));
        }
        if (answer.signed.url == null) {
            throw MlopsException.refused(
                    answer.signed.refusal == null ? "A request was not signed: " + request : answer.signed.refusal);
        }
        return URI.create(answer.signed.url);
    }

    /** The objects that are going to be read, in order, and the answers for those just ahead. Guarded by the session. */
    private final class Window {
        private final int[] numbers;
        private final Map<String, Integer> places;
        private final Map<Integer, Answer> answers = new HashMap<>();
        private int reached = -1;
        private int asked;

        Window(List<ObjectPin> objects, int[] numbers) {
            this.numbers = numbers.clone();
            this.places = new HashMap<>(objects.size() * 2);
            for (int i = 0; i < objects.size(); i++) {
                places.put(name(StoreRequest.get(objects.get(i))), i);
            }
        }

        int place(StoreRequest request) {
            return places.getOrDefault(name(request), -1);
        }

        private static String name(StoreRequest request) {
            return request.versionId() == null
                    ? request.location().toString()
                    : request.location().toString() + '\0' + request.versionId();
        }

        @CheckForNull
        Answer take(int place) {
            return answers.remove(place);
        }

        /** Asks ahead of the place that was reached. */
        void fill(int place) {
            if (place > reached) {
                for (int old = reached; old < place; old++) {
                    answers.remove(old - BEHIND);
                }
                reached = place;
                asked = Math.max(asked, place);
            }
            if (asked - reached > LOW) {
                return;
            }
            for (int last = Math.min(numbers.length, reached + BATCH); asked < last; asked++) {
                answers.put(asked, ask(SigningRequest.of(lastId.incrementAndGet(), numbers[asked])));
            }
        }
    }
}
