import groovy.json.JsonOutput

node {
    checkout scm
    pullDataset manifest: '@MANIFEST@', into: '.mlops/data'
    withMLflow(experiment: 'signs', seed: 7, params: [epochs: 12, learning_rate: 0.05]) {
        sh 'cat .mlops/data/* code.txt "$MLOPS_PARAMS_FILE" > "$MLOPS_MODEL_DIR/weights.txt"'
        sh 'echo "{\\"accuracy\\": 0.95, \\"loss\\": 0.21}" > "$MLOPS_METRICS_FILE"'
    }
    writeFile file: '.mlops/metrics.json', text: JsonOutput.toJson(['@METRIC@': @VALUE@, loss: 0.21])
    writeFile file: '.mlops/rules.yaml', text: JsonOutput.toJson([rules: [
        [metric: '@METRIC@', direction: 'higher', threshold: 0.9],
        [metric: 'loss', direction: 'lower', threshold: 0.3]]])
    evaluationGate rules: '.mlops/rules.yaml', metrics: '.mlops/metrics.json', name: '@METRIC@ and loss', onFailure: 'unstable'
}
