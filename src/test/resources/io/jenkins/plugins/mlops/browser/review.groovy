// People decide about what it trains: checked data, a picture besides the numbers, and two aliases that wait.
def gate
node {
    git url: '@REPOSITORY@', branch: 'main'
    dir('pipelines/digits') {
        withEnv(['PATH+DIGITS=@VENV@/bin', 'PYTHONDONTWRITEBYTECODE=1']) {
            sh 'python prepare.py .mlops/data'
            writeFile file: '.mlops/check.yaml', text: '''\
images: {formats: [png], width: {min: 8}, channels: [1]}
classes: {minImages: 132}
'''
            checkDataset path: '.mlops/data/training', against: '.mlops/data/evaluation', schema: '.mlops/check.yaml', onFailure: 'continue'
            pullDataset dataset: publishDataset(directory: '.mlops/data/training', name: 'digits', to: '@DATASETS@'), into: '.mlops/training'
            pullDataset dataset: publishDataset(directory: '.mlops/data/evaluation', name: 'digits-evaluation', to: '@DATASETS@'),
                into: '.mlops/evaluation', role: 'evaluation'
            writeFile file: '.mlops/draw.py', text: '''\
import os
from pathlib import Path

from mlflow import MlflowClient
from PIL import Image

sheet = Image.new("L", (12 * 40, 5 * 40))
digits = sorted(Path(os.environ["MLOPS_EVALUATION_DATASET_DIR"]).rglob("*.png"))
for i, digit in enumerate(digits[:60]):
    sheet.paste(Image.open(digit).resize((36, 36)), (i % 12 * 40, i // 12 * 40))
sheet.save(".mlops/evaluated.png")
MlflowClient().log_artifact(os.environ["MLFLOW_RUN_ID"], ".mlops/evaluated.png", "pictures")
'''
            withMLflow(experiment: 'digits', seed: 7, params: [epochs: 30, hidden: 64, learning_rate: 0.1, batch: 32],
                       parent: 'models:/digits@champion') {
                sh 'python train.py'
                sh 'python evaluate.py'
                sh 'python .mlops/draw.py'
            }
            gate = evaluationGate rules: 'rules.yaml', model: 'digits'
        }
    }
}
parallel champion: {
    promoteModel name: 'digits', gate: gate, reason: 'trained further by day', approval: approval(message: 'Look at the slice "night" first')
}, trial: {
    catchError {
        promoteModel name: 'digits', alias: 'trial', gate: gate, approval: approval(timeout: '2d')
    }
}
